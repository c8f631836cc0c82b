import { troubles } from "../../k3s/quorum";
import { recovery } from "../../k3s/recovery";
import { connect, type Member } from "../connection";
import { StepError } from "../failure";
import { stage } from "../machine/stage";
import { healthyServer } from "../members";
import { minutes } from "../minutes";
import { heldVersion } from "../node/version";
import { settledEtcd } from "../settled";
import { saveSnapshot, savingStep } from "../snapshot";
import type { Tell } from "../wire";
import { unfitFor } from "./complaints";
import type { MembershipInputs } from "./provider";

/** Milliseconds that etcd is given to be well. */
const longest = minutes(1);

/** Those that are nodes already: on one that is to become one nothing is done before its user's hooks have run. */
async function holding<M extends Member>(machines: readonly M[]): Promise<M[]> {
  const held = await Promise.all(
    machines.map(({ name, connection }) => heldVersion(connect(name, connection))),
  );
  return machines.filter((_, index) => held[index]);
}

/** All machines hold the new version, and etcd as it was is saved, before the first node changes. */
export async function prepare({ releases, ...inputs }: MembershipInputs, from: string, tell: Tell) {
  const { cluster, members, external, version } = inputs;
  // The look at the inputs compares with what was asked for last, also where nothing has come of that.
  const known = external ? [] : (await settledEtcd(members, longest, tell)).members;
  const complaint = unfitFor(inputs, from, known);
  if (complaint) throw new StepError({ machine: cluster, step: "upgrading", ...complaint });
  const nodes = await holding(releases);
  const waiting = new Set(nodes.map(({ name }) => name));
  const quiet: Tell = Object.assign(() => undefined, { warn: tell.warn, note: tell.note });
  await Promise.all(
    nodes.map(async (release) => {
      await stage(release, quiet, { etcd: known.some(({ node }) => node === release.name) });
      waiting.delete(release.name);
      if (waiting.size > 0) tell(`fetching k3s ${version} on ${[...waiting].join(", ")}`);
    }),
  );
  if (!external) await save(`before-${version.replace("+", "-")}`, inputs, `etcd of ${from}`, tell);
}

/** Saves etcd with the token that this needs, and gives the server that did it; nothing where there is no etcd. */
export async function save(
  name: string,
  { cluster, members, elsewhere }: Pick<MembershipInputs, "cluster" | "members" | "elsewhere">,
  what: string,
  tell: Tell,
): Promise<Member | undefined> {
  const known = (await settledEtcd(members, longest, tell)).members;
  if (known.length === 0) return undefined;
  tell(savingStep);
  const server = healthyServer(members, known, tell);
  if (!server)
    throw new StepError({
      machine: cluster,
      step: savingStep,
      cause: `no member is healthy: ${troubles(known).join(", ")}`,
      next: recovery(known, elsewhere),
    });
  const { path } = await saveSnapshot(server, name);
  tell.note(`${what} is saved on ${server.name}: ${path}`);
  return server;
}
