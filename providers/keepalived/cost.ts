import { keepalived } from "../../balancer/paths";
import { sameAddress, withoutPrefix } from "../../balancer/subnets";
import { familyOf } from "../../balancer/values";
import { announced, type VirtualAddress } from "../../balancer/virtual-addresses";
import type { KeepalivedInputs } from "./inputs";
import { untouched } from "./observe";

/** What clients will notice of a change. */
export function cost(
  changed: readonly (keyof KeepalivedInputs)[],
  state: KeepalivedInputs,
  inputs: KeepalivedInputs,
): string {
  const { name } = inputs;
  if (changed.includes("unit") && !state.unit?.startsWith("active"))
    return `changing it starts keepalived on ${name}; the address stays where it is`;
  if (changed.includes("holder") && state.holder && state.holder !== untouched.holder)
    return `changing it looks whether ${name} has the address alone; one of those that do not hear each other is stopped`;
  if (lost(state, `${keepalived.unit}.service`))
    return `changing it restarts keepalived on ${name}; if the address is there, it moves to ${next(inputs)}, once`;
  if (group(state) !== group(inputs))
    return `changing it reloads keepalived on ${name}; for seconds two machines may have the address, then one`;
  if (changed.includes("interface"))
    return `changing it reloads keepalived on ${name}; if the address is there, it moves to ${next(inputs)}, once`;
  if (rewritten(state.addresses, inputs.addresses))
    return `changing it reloads keepalived on ${name}; if the address is there, it is taken away and added again at once`;
  const reloads: (keyof KeepalivedInputs)[] = ["machines", "addresses", "vrrp", "check", "files"];
  if (changed.some((key) => reloads.includes(key)))
    return `changing it reloads keepalived on ${name}; the address stays where it is`;
  return `changing it touches nothing that runs on ${name}`;
}

/** What all machines must have the same, or they do not hear each other. */
export function group({ machines, addresses, routerId, vrrp }: KeepalivedInputs): string {
  const password = vrrp.version === 2 ? vrrp.password : "";
  return JSON.stringify([routerId, vrrp.version, password, plain(addresses, machines[0]?.address ?? "")]);
}

function plain(addresses: readonly VirtualAddress[], own: string): string {
  return withoutPrefix(announced(addresses, familyOf(own)).address);
}

/** Whether one of the addresses that stay has another prefix, label or interface: the kernel has no change of an address. */
function rewritten(before: readonly VirtualAddress[], after: readonly VirtualAddress[]): boolean {
  const form = ({ address, interface: own, label }: VirtualAddress) =>
    [address.replace(/^.*\//, ""), own, label].join(" ");
  return before.some((old) =>
    after.some((its) => sameAddress(its.address, old.address) && form(its) !== form(old)),
  );
}

/** Who takes the address over: the first of the others that is well. */
function next({ name, machines }: KeepalivedInputs): string {
  return machines.find((machine) => machine.name !== name)?.name ?? "another machine";
}

/** Whether a file, by the end of its path, is not what it was. */
function lost({ files = "" }: KeepalivedInputs, path: string): boolean {
  return files
    .split("; ")
    .some((file) => [" missing", " changed"].some((what) => file.endsWith(path + what)));
}
