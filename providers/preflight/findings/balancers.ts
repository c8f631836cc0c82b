import { sameAddress } from "../../../balancer/subnets";
import { type InterfaceAddress, misplaced, type VirtualAddress } from "../../../balancer/virtual-addresses";
import { all } from "../facts";
import { type Complaint, error, type Finding, type Scene, type Seen, warning } from "../scene";

/** Whether HAProxy and keepalived find what they need, and meet nobody. */
export const balancers: Record<string, Finding> = {
  "vip-address": error(misplacedAddress),
  "vip-answers": error(answers),
  "other-haproxy": warning((machine, scene) => runsAnother("haproxy", machine, scene)),
  "other-keepalived": warning((machine, scene) => runsAnother("keepalived", machine, scene)),
};

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

function answers({ role, facts }: Seen): Complaint | undefined {
  const [first] = all(facts, "answers");
  if (first === undefined) return undefined;
  const [address, how] = first.split(" ");
  return {
    what: `finds somebody at ${address} (by ${how}), which is to be the ${role}s'`,
    remedy: "Choose an address that is nobody's, or turn off who has it",
  };
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
