import { Problem } from "../problem";

export type Role = "server" | "agent" | "spare" | "bastion" | "mirror";

/** One container of a lab. */
export interface LabMachine {
  name: string;
  role: Role;
  address: string;
}

/** What `lab up` made, as it is kept between commands. */
export interface Lab {
  name: string;
  /** Three octets and a dot, such as "172.30.7.". */
  prefix: string;
  machines: LabMachine[];
  /** What the mirror serves k3s under, as the official releases do under their address. */
  mirror?: string;
}

export interface Size {
  servers: number;
  agents: number;
  spare: number;
  bastion: boolean;
}

const first: Record<Role, number> = { mirror: 2, bastion: 3, server: 11, agent: 21, spare: 201 };
const most: Record<Role, number> = { mirror: 1, bastion: 1, server: 9, agent: 70, spare: 50 };
const prefixes: Record<Role, string> = {
  mirror: "mirror",
  bastion: "bastion",
  server: "s",
  agent: "a",
  spare: "x",
};

/** The machines of a lab of this size; addresses .100 to .199 stay free for virtual ones. */
export function machinesOf(prefix: string, size: Size): LabMachine[] {
  const ofRole = (role: Role, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: most[role] === 1 ? prefixes[role] : `${prefixes[role]}${index + 1}`,
      role,
      address: `${prefix}${first[role] + index}`,
    }));
  return [
    ...ofRole("server", size.servers),
    ...ofRole("agent", size.agents),
    ...ofRole("spare", size.spare),
    ...ofRole("bastion", size.bastion ? 1 : 0),
    ...ofRole("mirror", 1),
  ];
}

/** The only way to the machines of a lab that has one. */
export function bastionOf(lab: Lab): LabMachine | undefined {
  return lab.machines.find(({ role }) => role === "bastion");
}

/** The workstation's own address on the lab's network. */
export function gateway(lab: Lab): string {
  return `${lab.prefix}1`;
}

/** Machines that answer SSH and can become nodes: all but the lab's own helpers. */
export function hosts(lab: Lab): LabMachine[] {
  return lab.machines.filter(({ role }) => role !== "mirror" && role !== "bastion");
}

export function checkSize(size: Size): void {
  const counts: [Role, string, number][] = [
    ["server", "--servers", size.servers],
    ["agent", "--agents", size.agents],
    ["spare", "--spare", size.spare],
  ];
  for (const [role, option, count] of counts) {
    if (Number.isInteger(count) && count >= 0 && count <= most[role]) continue;
    throw new Problem(
      `${option} must be a whole number from 0 to ${most[role]}.`,
      `For example: ${option} 1`,
    );
  }
  if (size.servers + size.agents + size.spare === 0) {
    throw new Problem("A lab without machines is of no use.", "Ask for at least one: --servers 1");
  }
}

export function checkName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) return;
  throw new Problem(
    `"${name}" cannot be a lab's name.`,
    "Use at most 30 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.",
  );
}

/** The container of a machine, and the network of a lab when no machine is named. */
export function containerName(lab: string, machine?: string): string {
  return machine ? `k3s-lab-${lab}-${machine}` : `k3s-lab-${lab}`;
}
