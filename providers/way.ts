import { portOf } from "../remote/target";
import type { Connection } from "./connection";

/** Where a machine listens; who is reached there depends on the way. */
export function placeOf(endpoint: { host: string; port?: number }): string {
  return `${endpoint.host}:${portOf(endpoint)}`;
}

/** What tells each host on the way from all others: the same address behind two bastions is two hosts. */
export function waysOf({ bastions = [], ...own }: Connection): string[] {
  const places = [...bastions, own].map(placeOf);
  return places.map((_, index) => places.slice(0, index + 1).join(" > "));
}

/** What tells the machine itself from all others. */
export function wayTo(connection: Connection): string {
  return waysOf(connection).at(-1) as string;
}
