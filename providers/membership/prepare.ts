import { troubles } from "../../k3s/quorum";
import { connect, type Member } from "../connection";
import { StepError } from "../failure";
import { stage } from "../machine/stage";
import { healthyServer, membersOf, recovery } from "../members";
import { heldVersion } from "../node/version";
import { saveSnapshot, savingStep } from "../snapshot";
import type { Tell } from "../wire";
import { unfitFor } from "./complaints";
import type { MembershipInputs } from "./provider";
import { rotate } from "./rotate";

/** Those that are nodes already: on one that is to become one nothing is done before its user's hooks have run. */
async function holding<M extends Member>(machines: readonly M[]): Promise<M[]> {
  const held = await Promise.all(
    machines.map(({ name, connection }) => heldVersion(connect(name, connection))),
  );
  return machines.filter((_, index) => held[index]);
}

/** All machines hold the new version, and etcd as it was is saved, before the first node changes. */
export async function prepare(
  { cluster, releases, members, external, version }: MembershipInputs,
  from: string,
  tell: Tell,
) {
  // The look at the inputs compares with what was asked for last, also where nothing has come of that.
  const complaint = unfitFor(version, from, external ? [] : await membersOf(members));
  if (complaint) throw new StepError({ machine: cluster, step: "upgrading", ...complaint });
  const nodes = await holding(releases);
  const waiting = new Set(nodes.map(({ name }) => name));
  const quiet: Tell = Object.assign(() => undefined, { warn: tell.warn, note: tell.note });
  await Promise.all(
    nodes.map(async (release) => {
      await stage(release, quiet);
      waiting.delete(release.name);
      if (waiting.size > 0) tell(`fetching k3s ${version} on ${[...waiting].join(", ")}`);
    }),
  );
  if (!external)
    await save(`before-${version.replace("+", "-")}`, { cluster, members }, `etcd of ${from}`, tell);
}

/** With the tokens that servers go by from now on. */
export async function rotateAll(inputs: MembershipInputs, old: MembershipInputs, tell: Tell): Promise<void> {
  const { cluster, members, external } = inputs;
  const servers = members.filter(({ name }) => old.servers.includes(name));
  const saved = external ? undefined : await save("before-rotation", { cluster, members }, "etcd", tell);
  const via = saved ?? servers[0];
  if (via) await rotate({ ...inputs, via, servers }, tell);
}

/** Saves etcd with the token that this needs, and gives the server that did it; nothing where there is no etcd. */
async function save(
  name: string,
  { cluster, members }: Pick<MembershipInputs, "cluster" | "members">,
  what: string,
  tell: Tell,
): Promise<Member | undefined> {
  const known = await membersOf(members);
  if (known.length === 0) return undefined;
  tell(savingStep);
  const server = healthyServer(members, known);
  if (!server)
    throw new StepError({
      machine: cluster,
      step: savingStep,
      cause: `no member is healthy: ${troubles(known).join(", ")}`,
      next: recovery(known),
    });
  const { path } = await saveSnapshot(server, name);
  tell.note(`${what} is saved on ${server.name}: ${path}`);
  return server;
}
