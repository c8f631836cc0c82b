import { RemoteError } from "../../remote/errors";
import { connect } from "../connection";
import type { KeepalivedInputs } from "./inputs";
import { type Observed, observe } from "./observe";

/** One of the machines, as it was seen; not seen where it does not answer, since it may be down. */
export interface Seen {
  name: string;
  address: string;
  seen?: Observed;
}

/** Looks at the other machines, and changes none of them; at those no more that did not answer the last time. */
export function lookAtPeers(
  { name, machines, peers }: KeepalivedInputs,
  last: readonly Seen[] = [],
): Promise<Seen[]> {
  const silent = last.filter(({ seen }) => !seen).map((each) => each.name);
  const asking = machines.find((machine) => machine.name === name)?.address;
  return Promise.all(
    machines
      .filter((machine) => machine.name !== name)
      .map(async (machine) => {
        const peer = peers.find((each) => each.name === machine.name && !silent.includes(each.name));
        const looking = peer && observe(connect(peer.name, peer.connection), asking);
        return { ...machine, seen: await looking?.catch(unlessDown) };
      }),
  );
}

function unlessDown(error: unknown): undefined {
  if (!(error instanceof RemoteError)) throw error;
  return undefined;
}
