import { sameAddress, withoutPrefix } from "../../balancer/subnets";
import { kernelModules, ports, portsFor, tools } from "../../k3s/requirements";
import type { Script } from "../../remote/machine";
import { script } from "../../remote/script";
import { places } from "./place";
import type { PreflightInputs } from "./provider";
import type { Part } from "./scene";

/** Each is a script of its own; the last one tells the time, which must be as fresh as can be. */
export const parts = ["probe", "probe-disks", "probe-kubernetes", "probe-balancers", "probe-network"];

/** All parts in one script, so that a machine is looked at in one round trip. */
export function probe(): Script {
  return { name: "probe", text: parts.map((part) => script(part).text).join("\n") };
}

/** What the probe of a machine is to look at. */
export function probeVariables(
  name: string,
  inputs: PreflightInputs,
  old?: PreflightInputs,
): Record<string, string> {
  const {
    flannelBackend = "vxlan",
    mirror = "",
    mirrorProxy = "",
    machines,
    etcd = true,
    balancers,
  } = inputs;
  const role = machines[name]?.role ?? "agent";
  return {
    TOOLS: tools.join(" "),
    MODULES: kernelModules(flannelBackend).join(" "),
    PLACES: places.join(" "),
    PORTS: [...(role === "balancer" ? [] : ports(role, etcd)), ...(balancers?.ports[role] ?? [])].join(" "),
    ...(balancers ? { BALANCERS: "yes" } : {}),
    ...(balancers?.vip && role === balancers.vip.role
      ? { VIPS: newAddresses(inputs, old).join(" "), VIP_PORT: String(balancers.vip.port) }
      : {}),
    MIRROR: role === "balancer" ? "" : mirror,
    PROXY: mirrorProxy,
    PEERS: peers(name, inputs).join("\n"),
  };
}

/** What nobody may answer at yet: an address that these machines have already is answered by one of them. */
function newAddresses(inputs: PreflightInputs, old: PreflightInputs | undefined): string[] {
  const owner = (of: PreflightInputs | undefined) => of?.balancers?.vip?.role ?? "server";
  const same = owner(inputs) === owner(old);
  const known = same ? addressesIn(old) : [];
  return addressesIn(inputs).filter((address) => !known.some((its) => sameAddress(its, address)));
}

function addressesIn(inputs: PreflightInputs | undefined): string[] {
  return (inputs?.balancers?.vip?.addresses ?? []).map(({ address }) => withoutPrefix(address));
}

/** The ways that this machine will need, a line each. */
function peers(name: string, { machines, nodeIps = {}, etcd = true }: PreflightInputs): string[] {
  const role = machines[name]?.role ?? "agent";
  return Object.entries(machines)
    .filter(([peer]) => peer !== name)
    .flatMap(([peer, { role: its, connection }]) => {
      const [address = ""] = (nodeIps[peer] ?? connection.host).split(",");
      // What is this computer from here is another one from there.
      if (isLoopback(address)) return [];
      return waysTo(its, role, etcd).map((port) => `${peer} ${address} ${port}`);
    });
}

/** The TCP ports of one machine that another must reach. */
function waysTo(to: Part, from: Part, etcd: boolean): number[] {
  if (to === "balancer") return [];
  // To a server's API, as an agent.
  return portsFor(from === "balancer" ? "agent" : from, to, etcd);
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}
