import { sameAddress, withoutPrefix } from "../../balancer/subnets";
import { type InterfaceAddress, misplaced } from "../../balancer/virtual-addresses";
import { advertIntervalOf } from "../../balancer/vrrp";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { advised, StepError } from "../failure";
import { all, type Facts, fact, parseFacts } from "../preflight/facts";
import type { Tell } from "../wire";
import type { KeepalivedInputs } from "./inputs";
import type { Observed } from "./observe";
import { lookAtPeers, type Seen } from "./peers";

interface Around {
  own: Observed;
  others: Seen[];
  /** Whether nobody else should be heard with the router id: it is not in use here yet. */
  listen: boolean;
}

/** Other routers say so once a second, most of them; others as often as ours at least. */
const oneSecond = 1_000;

/**
 * Refuses addresses that the machine cannot have, or that somebody has already, and a router id that is another's.
 * Gives the interface that the machine's address is on.
 */
export async function lookRound(
  machine: Machine,
  inputs: KeepalivedInputs,
  { own, others, listen }: Around,
  tell: Tell,
): Promise<string> {
  const { name, machines, addresses, routerId, vrrp } = inputs;
  const step = listen ? "listening for other routers" : "looking at its addresses";
  tell(step);
  const seconds = Math.ceil((3 * Math.max(oneSecond, advertIntervalOf(vrrp))) / 1_000) + 1;
  const served = [own, ...others.flatMap(({ seen }) => seen ?? [])]
    .filter((each) => each.active || each === own)
    .flatMap(({ serves }) => serves);
  // A prefix tells one of them from no other: with another one it is still theirs.
  const isServed = (address: string) => served.some((its) => sameAddress(its, address));
  const unserved = addresses.filter(({ address }) => !isServed(address));
  const variables = {
    ADDRESS: machines.find((each) => each.name === name)?.address ?? "",
    INTERFACE: inputs.interface ?? "",
    PEERS: others.map(({ address }) => address).join(" "),
    ROUTER: listen ? String(routerId) : "",
    ADDRESSES: unserved.map((its) => `${withoutPrefix(its.address)} ${its.interface ?? ""}\n`).join(""),
    LISTEN: String(seconds),
  };
  const deadline = 20_000 + 1_000 * seconds;
  const answer = await machine.run(script("before-keepalived"), { variables, deadline }).catch((error) => {
    throw advised(step, error, {
      78: "correct the machine's address, or name its interface, then run this again",
    });
  });
  const facts = parseFacts(answer);
  for (const reason of all(facts, "deaf"))
    tell.warn(`${name}: nobody was listened for with router id ${routerId}: ${reason}`);
  const device = fact(facts, "device");
  const has = all(facts, "address")
    .map(interfaceAddress)
    .filter(
      ({ address }) => !isServed(address) || !addresses.some((its) => sameAddress(its.address, address)),
    );
  const fail = (cause: string, next: string) => new StepError({ machine: name, step, cause, next });
  const wrong = [
    ...misplaced(addresses, { name, interface: device, addresses: has }).map((cause) =>
      fail(cause, "give an address that nobody has, in a network of that interface, then run this again"),
    ),
    ...all(facts, "router").map((each) => {
      const [sender, version] = each.split(" ");
      return fail(
        `${sender} is a router with id ${routerId} already (VRRP ${version})`,
        "give another routerId, from 1 to 255, or take that router away, then run this again",
      );
    }),
    ...(await answered(facts, inputs, others)).map((cause) =>
      fail(cause, "give an address that nobody has, or take it from who has it, then run this again"),
    ),
  ];
  const [first, ...more] = wrong;
  if (first) throw more.length > 0 ? new Error(wrong.map(({ message }) => message).join("\n")) : first;
  return device;
}

/** One of ours may have the address by right: one that was started meanwhile, and one that cannot be asked. */
async function answered(facts: Facts, inputs: KeepalivedInputs, others: Seen[]): Promise<string[]> {
  const answers = all(facts, "answers").map((each) => each.split(" "));
  const now = answers.length > 0 ? await lookAtPeers(inputs, others) : [];
  return answers.flatMap(([address, mac = ""]) => {
    const neighbour = all(facts, "neighbour").find((each) => each.endsWith(` ${mac}`));
    const peer = now.find((each) => neighbour?.startsWith(`${each.address} `));
    const serves = peer?.seen?.serves.some((its) => sameAddress(its, address ?? ""));
    if (peer && (!peer.seen || (peer.seen.active && serves))) return [];
    return [`${address} answers already, at ${mac}${peer ? `, which is ${peer.name}` : ""}`];
  });
}

function interfaceAddress(text: string): InterfaceAddress {
  const [device = "", address = ""] = text.split(" ");
  return { interface: device, address };
}
