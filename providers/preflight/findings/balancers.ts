import { sameAddress } from "../../../balancer/subnets";
import { type InterfaceAddress, misplaced, type VirtualAddress } from "../../../balancer/virtual-addresses";
import { all, fact } from "../facts";
import { type Complaint, error, type Finding, type Scene, type Seen, warning } from "../scene";

/** Whether HAProxy and keepalived find what they need, and meet nobody. */
export const balancers: Record<string, Finding> = {
  "vip-address": error(misplacedAddress),
  "vip-answers": error(answers),
  "other-haproxy": warning((machine, scene) => runsAnother("haproxy", machine, scene)),
  "other-keepalived": warning((machine, scene) => runsAnother("keepalived", machine, scene)),
};

/** Whether a machine that is no node is free for it, or the one that it was. */
export const apart: Record<string, Finding> = {
  "other-machine": error(anotherMachine),
  "other-role": error(node),
};

/** An update would leave everything on the machine of before, with the address. */
function anotherMachine(machine: Seen): Complaint | undefined {
  const { name, address, before } = machine;
  if (!before || before === address || hasOurs("haproxy", machine)) return undefined;
  return {
    what: `has no HAProxy of ours, and ${name} was at ${before}; a balancer does not move to another machine`,
    remedy: `Give this machine a name of its own, which removes ${name}; ignore this finding where nothing was installed there yet`,
  };
}

/** Its node is removed last, and has its ports until then. */
function node({ name, facts }: Seen): Complaint | undefined {
  const owner = fact(facts, "owner");
  if (!owner) return undefined;
  return {
    what: `is node ${owner}, and would become a balancer`,
    remedy: `Take ${name} out of the manifest and run pulumi up, then add it as a balancer and run it again`,
  };
}

/** The addresses that move, where this machine may have them. */
function virtuals({ role }: Seen, { balancers }: Scene): readonly VirtualAddress[] {
  return role === balancers?.vip?.role ? balancers.vip.addresses : [];
}

function misplacedAddress(machine: Seen, scene: Scene): Complaint | undefined {
  const wanted = virtuals(machine, scene);
  const found = networks(machine);
  const device = scene.balancers?.vip?.interface ?? deviceOf(machine, found);
  // What cannot be told from here is found on the machine, before keepalived is touched.
  if (device === undefined) return undefined;
  const isOurs = ({ address }: InterfaceAddress) =>
    hasOurs("keepalived", machine) && wanted.some((virtual) => sameAddress(virtual.address, address));
  const addresses = found.filter((each) => !isOurs(each));
  const [what] = misplaced(wanted, { name: machine.name, interface: device, addresses });
  return what ? { what, remedy: "Correct endpoint.vip or endpoint.interface" } : undefined;
}

function networks({ facts }: Seen): InterfaceAddress[] {
  return all(facts, "network").map((line) => {
    const [device = "", address = ""] = line.split(" ");
    return { interface: device, address };
  });
}

/** The interface with the address that the other servers know it by. */
function deviceOf({ nodeIp, address }: Seen, networks: InterfaceAddress[]): string | undefined {
  const [own = ""] = (nodeIp ?? address.replace(/:\d+$/, "")).split(",");
  return networks.find((network) => sameAddress(network.address, own))?.interface;
}

function hasOurs(name: string, { facts }: Seen): boolean {
  return all(facts, "installed").includes(name);
}

function answers({ role, facts }: Seen, scene: Scene): Complaint | undefined {
  const first = all(facts, "answers").find((each) => !hasOne(each.replace(/ .*/, ""), scene));
  if (first === undefined) return undefined;
  const [address, how] = first.split(" ");
  return {
    what: `finds somebody at ${address} (by ${how}), which is to be the ${role}s'`,
    remedy: "Choose an address that is nobody's, or turn off who has it",
  };
}

/** Whether a machine of this very cluster has the address by right, as where the stack's state was lost. */
function hasOne(address: string, { cluster, machines }: Scene): boolean {
  return machines.some(
    (machine) =>
      fact(machine.facts, "keepalived_owner") === `${cluster}/${machine.name}` &&
      networks(machine).some((its) => sameAddress(its.address, address)),
  );
}

function runsAnother(name: string, { role, facts }: Seen, { balancers }: Scene): Complaint | undefined {
  const concerned =
    name === "haproxy" ? (balancers?.ports[role].length ?? 0) > 0 : role === balancers?.vip?.role;
  if (!concerned) return undefined;
  if (!all(facts, "running").includes(name)) return undefined;
  return {
    what: `runs ${name === "haproxy" ? "an haproxy" : "a keepalived"} of somebody else, which is left alone`,
    remedy:
      name === "haproxy"
        ? "See that its ports are others than those of haproxy and endpoint"
        : "See that its router ids and addresses are others than those of endpoint",
  };
}
