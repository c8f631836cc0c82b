import { longestGap } from "./statistics";

/** One request of the client: milliseconds since the epoch, and who had the address when the answer came. */
export interface Request {
  begun: number;
  ended: number;
  owner?: string;
  /** Why there was no answer in time. */
  failure?: string;
}

/** A balancer takes a server out, or in again; or says for the first time how it has it. */
export interface Change {
  at: number;
  balancer: string;
  server: string;
  up: boolean;
}

/** Everything that was seen around one disturbance. */
export interface Seen {
  /** New connections through the address. */
  connections: readonly Request[];
  /** Reads of an object on connections that are kept: from etcd, and from what the API server remembers. */
  reads: readonly Request[];
  remembered: readonly Request[];
  changes: readonly Change[];
}

/** Who answered last before a moment. */
export function ownerBefore(connections: readonly Request[], moment: number): string | undefined {
  return answered(connections).findLast(({ ended }) => ended < moment)?.owner;
}

/** Milliseconds from the disturbance to the first answer of another machine. */
export function movedAfter({ connections }: Seen, begun: number): number | undefined {
  const before = ownerBefore(connections, begun);
  const first = answered(connections).find((one) => one.begun >= begun && one.owner !== before);
  return first && first.ended - begun;
}

/** Those who had the address one after the other, the first of them before the disturbance. */
export function ownersSince({ connections }: Seen, begun: number): string[] {
  const owners = answered(connections)
    .filter(({ ended }) => ended >= begun)
    .map(({ owner }) => owner ?? "nobody");
  const all = [ownerBefore(connections, begun) ?? "nobody", ...owners];
  return all.filter((owner, index) => owner !== all[index - 1]);
}

/** Milliseconds from a moment until each of these balancers has the server out, or in; 0 where it had already. */
export function saidAfter(
  { changes }: Seen,
  begun: number,
  server: string,
  up: boolean,
  balancers: readonly string[],
): Record<string, number | undefined> {
  const after = (balancer: string) => {
    const all = changes.filter((change) => change.balancer === balancer && change.server === server);
    if (all.findLast(({ at }) => at < begun)?.up === up) return 0;
    const first = all.find((change) => change.at >= begun && change.up === up);
    return first && first.at - begun;
  };
  return Object.fromEntries(balancers.map((balancer) => [balancer, after(balancer)]));
}

/** How many requests that began in a span had no answer. */
export function failedBetween(requests: readonly Request[], from: number, to: number): number {
  return requests.filter(({ begun, failure }) => begun >= from && begun < to && failure !== undefined).length;
}

/** The longest time without an answer. */
export function silence(requests: readonly Request[], from: number, to: number): number {
  return longestGap(
    answered(requests).map(({ ended }) => ended),
    from,
    to,
  );
}

function answered(requests: readonly Request[]): Request[] {
  return requests.filter(({ failure }) => failure === undefined).toSorted((a, b) => a.ended - b.ended);
}
