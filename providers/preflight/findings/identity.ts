import { all, fact } from "../facts";
import { type Complaint, error, type Finding, type Scene, type Seen, sharing, warning } from "../scene";

/** Whether each machine is one of its own. */
export const identity: Record<string, Finding> = {
  hostname: warning(invalidHostname),
  "hostname-duplicate": error(sameHostname),
  "node-name": error(invalidNodeName),
  "node-name-duplicate": error(sameNodeName),
  "machine-id": error(noMachineId),
  "machine-id-duplicate": error(sameMachineId),
  "product-uuid-duplicate": warning(sameProductUuid),
  "same-machine": error(sameMachine),
  "address-duplicate": error(sameAddress),
  "node-ip": error(otherNodeIp),
};

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const isDnsName = (name: string) => name.length <= 253 && name.split(".").every((part) => label.test(part));

function invalidHostname({ facts }: Seen): Complaint | undefined {
  const hostname = fact(facts, "hostname");
  if (isDnsName(hostname.toLowerCase()) && hostname !== "localhost") return undefined;
  return {
    what: `has the hostname ${JSON.stringify(hostname)}, which names nothing`,
    remedy: "Give it one of letters, digits and hyphens: hostnamectl set-hostname",
  };
}

function sameHostname(machine: Seen, scene: Scene): Complaint | undefined {
  const name = fact(machine.facts, "hostname").toLowerCase();
  // Whoever has none is told so already.
  const others =
    name === "localhost" ? [] : sharing(machine, scene, ({ facts }) => fact(facts, "hostname").toLowerCase());
  if (others.length < 2 || isSame(machine, scene)) return undefined;
  return {
    what: `${others.join(", ")} have the hostname ${name}`,
    remedy: "Give each its own: hostnamectl set-hostname",
  };
}

function invalidNodeName({ name }: Seen): Complaint | undefined {
  if (isDnsName(name)) return undefined;
  return {
    what: `${JSON.stringify(name)} is no name of a node`,
    remedy:
      "Use lower-case letters, digits, hyphens and dots, with a letter or digit at both ends (DNS-1123)",
  };
}

function sameNodeName(machine: Seen, scene: Scene): Complaint | undefined {
  const others = sharing(machine, scene, ({ name }) => name.toLowerCase());
  if (others.length < 2) return undefined;
  return {
    what: `the names ${others.join(", ")} differ only in case`,
    remedy: "Give each node a name of its own",
  };
}

function noMachineId({ facts }: Seen): Complaint | undefined {
  const id = fact(facts, "machine_id");
  if (/^[0-9a-f]{32}$/.test(id)) return undefined;
  return {
    what: `has ${id ? `the machine-id ${id}` : "no machine-id"}; 32 hexadecimal digits are needed`,
    remedy: "Run systemd-machine-id-setup there",
  };
}

function sameMachineId(machine: Seen, scene: Scene): Complaint | undefined {
  const others = sharing(machine, scene, ({ facts }) => fact(facts, "machine_id"));
  if (others.length < 2 || isSame(machine, scene)) return undefined;
  return {
    what: `${others.join(", ")} have the machine-id ${fact(machine.facts, "machine_id")}, as clones do`,
    remedy: "On all but one: rm /etc/machine-id, systemd-machine-id-setup, and reboot",
  };
}

function sameProductUuid(machine: Seen, scene: Scene): Complaint | undefined {
  const others = sharing(machine, scene, ({ facts }) => fact(facts, "product_uuid").toLowerCase());
  if (others.length < 2 || isSame(machine, scene)) return undefined;
  return {
    what: `${others.join(", ")} have the product UUID ${fact(machine.facts, "product_uuid").toLowerCase()}`,
    remedy: "Give each virtual machine its own, in the hypervisor",
  };
}

/** One machine-id and the same addresses: nothing tells them apart. */
function fingerprint({ facts }: Seen): string {
  const addresses = ownAddresses(facts);
  const id = fact(facts, "machine_id");
  return id && addresses.length > 0 ? `${id} ${addresses.sort().join(" ")}` : "";
}

function isSame(machine: Seen, scene: Scene): boolean {
  return sharing(machine, scene, fingerprint).length > 1;
}

function sameMachine(machine: Seen, scene: Scene): Complaint | undefined {
  const others = sharing(machine, scene, fingerprint);
  if (others.length < 2) return undefined;
  return {
    what: `${others.join(", ")} are one machine, by its machine-id and its addresses ${ownAddresses(machine.facts).join(", ")}`,
    remedy: "Name each machine once",
  };
}

function sameAddress(machine: Seen, scene: Scene): Complaint | undefined {
  for (const text of [({ nodeIp = "" }: Seen) => nodeIp, ({ address }: Seen) => address]) {
    const others = sharing(machine, scene, text);
    if (others.length > 1)
      return {
        what: `${others.join(", ")} have the address ${text(machine)}`,
        remedy: "Give each machine its own",
      };
  }
  return undefined;
}

function otherNodeIp({ nodeIp, facts }: Seen): Complaint | undefined {
  const addresses = ownAddresses(facts);
  if (!nodeIp || addresses.length === 0) return undefined;
  const missing = nodeIp.split(",").filter((address) => !addresses.includes(address));
  if (missing.length === 0) return undefined;
  return {
    what: `has no address ${missing.join(", ")}, its nodeIp; it has ${addresses.join(", ")}`,
    remedy: "Correct nodeIp, or give the machine that address",
  };
}

/** Without those that every machine has, or that come and go with containers. */
function ownAddresses(facts: Seen["facts"]): string[] {
  return all(facts, "address")
    .map((line) => line.split(" "))
    .filter(
      ([link = "", address = ""]) =>
        !/^(lo|docker|br-|cni|flannel|veth|virbr|cali|kube-)/.test(link) && !/^fe80:/.test(address),
    )
    .map(([, address = ""]) => address);
}
