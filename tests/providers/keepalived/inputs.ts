import { vipCheck } from "../../../balancer/vrrp";
import type { KeepalivedInputs } from "../../../providers/keepalived/inputs";
import { rowFor } from "../fake-engine";
import type { Answer, FakeMachine } from "../fake-machine";

export const virtual = "10.0.0.100/24";

/** What the first of these machines is given, which are s1, s2 and so on at 10.0.0.11, 10.0.0.12 and so on. */
export function inputsOf(machines: FakeMachine[], given: Partial<KeepalivedInputs> = {}, self = machines[0]) {
  if (!self) throw new Error("there must be a machine");
  const reached = ({ name, connection }: FakeMachine) => ({ name, connection });
  return {
    cluster: "prod",
    ...reached(self),
    machines: machines.map(({ name }) => ({ name, address: addressOf(name) })),
    addresses: [{ address: virtual }],
    routerId: 51,
    vrrp: { version: 3 as const },
    check: vipCheck,
    peers: machines.filter((machine) => machine !== self).map(reached),
    patience: 3_000,
    row: rowFor(self.name),
    ...given,
  };
}

export function addressOf(name: string): string {
  return `10.0.0.1${name.slice(1)}`;
}

interface Look {
  owner?: string;
  unit?: string;
  holds?: boolean;
  group?: string;
  knows?: boolean;
  haproxy?: string;
  more?: string[];
}

/** What read-keepalived.sh tells of a machine where it is installed. */
export function looks(name: string, look: Look = {}) {
  const { owner = `prod/${name}`, unit = "active enabled", holds = false, group = "g1" } = look;
  const { knows = true, haproxy = "200", more = [] } = look;
  const lines = [
    ...[
      `owner=${owner}`,
      `unit=${unit}`,
      `serves=${virtual}`,
      `group=${group}`,
      `haproxy=${haproxy}`,
      ...more,
    ],
    ...(holds ? [`holds=${virtual}`] : []),
    ...(knows ? ["knows=yes"] : []),
  ];
  return { stdout: `${lines.join("\n")}\n` };
}

/** A machine without any of it. */
export const bare = { stdout: "owner=\nunit=inactive \nhaproxy=200\n" };

/** What before-keepalived.sh tells, and more. */
export function around(name: string, ...more: string[]) {
  const lines = ["device=eth0", `address=eth0 ${addressOf(name)}/24`, ...more];
  return { stdout: `${lines.join("\n")}\n` };
}

/** A machine that changes: it is bare until it is installed, and then looks so. */
export function changing(name: string, look: Look = {}, before = bare): Record<string, Answer> {
  let now = before;
  return {
    "read-keepalived": () => now,
    "before-keepalived": around(name),
    "bring-keepalived": { stdout: "there\n" },
    "install-keepalived": () => {
      now = looks(name, look);
      return { stdout: "started\n" };
    },
    "stop-keepalived": () => {
      now = looks(name, { ...look, unit: "inactive enabled", holds: false });
      return {};
    },
  };
}
