import { setTimeout as pause } from "node:timers/promises";
import { withoutPrefix } from "../../balancer/subnets";
import { priorityOf, slowestTakeover } from "../../balancer/vrrp";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { StepError } from "../failure";
import type { Tell } from "../wire";
import type { KeepalivedInputs } from "./inputs";
import { type Observed, observe, untouched } from "./observe";
import { lookAtPeers, type Seen } from "./peers";

const step = "looking who has the address";

/** How long two machines may have it: one that is being changed may hear the other a little later. */
const bearable = 5_000;

/**
 * Waits until one machine has the addresses and stays the only one, for as long as another would need to take them
 * for itself because it hears nobody.
 */
export async function oneOwner(
  machine: Machine,
  inputs: KeepalivedInputs,
  peers: Seen[],
  tell: Tell,
): Promise<void> {
  tell(step);
  const calm = calmAfter(inputs);
  const begun = Date.now();
  let since: { owners: string; time: number } | undefined;
  for (;;) {
    const [own, others] = await Promise.all([observe(machine), lookAtPeers(inputs, peers)]);
    const all = inOrder(inputs, [{ ...selfOf(inputs), seen: own }, ...others]);
    const owners = ownersIn(inputs, own, others);
    const names = owners.map(({ name }) => name).join(" and ");
    if (since?.owners !== names) since = { owners: names, time: Date.now() };
    const lasted = Date.now() - since.time;
    if (!own.active) throw await ended(machine, inputs);
    const [left] = own.left;
    if (left && Date.now() - begun > bearable) throw stayed(machine, left);
    if (owners.length === 1 && lasted > calm && !left) return tell(`${names} has the address`);
    if (owners.length > 1 && lasted > bearable) throw await parted(machine, inputs, owners);
    if (owners.length === 0 && Date.now() - begun > inputs.patience) throw nobody(inputs, all);
    if (owners.length === 0) tell(`${step}: nobody yet (${reasons(all)})`);
    await pause(500);
  }
}

/** Who has the addresses where this machine has, in words; by what was seen of it just now. */
export async function holder(machine: Machine, inputs: KeepalivedInputs, seen: Observed): Promise<string> {
  const begun = Date.now();
  for (let own = seen; own.holds.length > 0; own = await observe(machine)) {
    const owners = ownersIn(inputs, own, await lookAtPeers(inputs));
    if (owners.length < 2) break;
    if (Date.now() - begun > bearable)
      return `${owners.map(({ name }) => name).join(" and ")}, which do not hear each other`;
    await pause(500);
  }
  return untouched.holder;
}

/** The first answer of HAProxy, and the time after which the last machine takes what it thinks nobody has. */
function calmAfter({ machines, vrrp, check }: KeepalivedInputs): number {
  const lowest = priorityOf(machines.length - 1, machines.length, vrrp);
  return check.interval + slowestTakeover(vrrp, lowest).died + 500;
}

/** Those who have the addresses, of those who should hear each other. */
function ownersIn(inputs: KeepalivedInputs, own: Observed, others: Seen[]): Seen[] {
  const all = inOrder(inputs, [{ ...selfOf(inputs), seen: own }, ...others]);
  return all.filter(({ seen }) => seen?.active && seen.group === own.group && seen.holds.length > 0);
}

function inOrder({ machines }: KeepalivedInputs, all: Seen[]): Seen[] {
  return machines.flatMap(({ name }) => all.filter((each) => each.name === name));
}

function selfOf({ name, machines }: KeepalivedInputs) {
  return { name, address: machines.find((each) => each.name === name)?.address ?? "" };
}

/** The later of them gives it up again, so that the cluster goes on with one. */
async function parted(machine: Machine, inputs: KeepalivedInputs, owners: Seen[]): Promise<StepError> {
  const { name, addresses, machines } = inputs;
  const place = (its: string) => machines.findIndex((each) => each.name === its);
  const later = owners.some((owner) => place(owner.name) < place(name));
  if (later && owners.some((owner) => owner.name === name))
    await machine.run(script("stop-keepalived"), { deadline: 20_000 });
  const names = owners.map((owner) => owner.name).join(" and ");
  const virtual = addresses.map(({ address }) => withoutPrefix(address)).join(", ");
  const between = owners.map(({ address }) => address).join(" and ");
  return new StepError({
    machine: name,
    step,
    cause: `${names} both have ${virtual}, since they do not hear each other${later ? `; ${name} is stopped again` : ""}`,
    next: `let VRRP through (IP protocol 112, no TCP and no UDP) between ${between} in both directions, in the firewalls of the machines and of the network or cloud, then run this again`,
  });
}

async function ended(machine: Machine, { name }: KeepalivedInputs): Promise<StepError> {
  const variables = { UNIT: "keepalived-k3s" };
  const lines = await machine.run(script("journal"), { variables, deadline: 10_000 });
  return new StepError({
    machine: name,
    step,
    cause: "keepalived does not run",
    journal: lines.split("\n").filter((line) => line.trim() !== ""),
    next: `correct the cause (journalctl -u keepalived-k3s -u haproxy-k3s on ${name} shows all of it), then run this again`,
  });
}

/** Both would work, and with the former prefix packets to its network would still go astray. */
function stayed({ name }: Machine, left: string): StepError {
  const [address, device] = left.split(" ");
  return new StepError({
    machine: name,
    step,
    cause: `it still has ${address}, with the former prefix, which keepalived was to take away`,
    next: `take it away there (ip address delete ${address} dev ${device}), then run this again`,
  });
}

function nobody({ name, patience, addresses }: KeepalivedInputs, all: Seen[]): StepError {
  const virtual = addresses.map(({ address }) => withoutPrefix(address)).join(", ");
  return new StepError({
    machine: name,
    step,
    cause: `after ${Math.round(patience / 1_000)} s no machine has ${virtual}: ${reasons(all)}`,
    next: "see that a server of the cluster is ready and that HAProxy reaches it (journalctl -u haproxy-k3s), then run this again",
  });
}

function reasons(all: Seen[]): string {
  return all.map(({ name, seen }) => `${name} ${reason(seen)}`).join(", ");
}

function reason(seen: Observed | undefined): string {
  if (!seen) return "does not answer";
  if (!seen.active) return "has no keepalived that runs";
  return { ready: "is about to", none: "reaches no server", silent: "has an HAProxy that does not answer" }[
    seen.haproxy
  ];
}
