import { unitName } from "../../k3s/unit";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { advised } from "../failure";
import { isHere } from "../leaving";
import { minutes } from "../minutes";
import { restartsAllowed } from "../node/ready";
import { waitFor } from "../wait";
import type { Tell } from "../wire";
import { type Cluster, planned, type Reset, stepOf } from "./reset-plan";

/**
 * Has one server begin etcd anew, and all others join it, as k3s documents it. Until the first is done nobody else loses
 * anything; until all are done none of those that are stopped starts by itself, which would bring the old etcd back.
 */
export async function resetEtcd(
  reset: Reset,
  { cluster, servers, former }: Cluster & { former: readonly Member[] },
  tell: Tell,
): Promise<void> {
  const { server, operation, snapshot, stage, token } = await planned(reset, { cluster, servers });
  const step = stepOf(reset);
  const others = servers.filter(({ name }) => name !== server.name);
  const run = async (
    { name, connection }: Member,
    which: Parameters<typeof script>[0],
    more: Record<string, string> = {},
  ) => {
    const variables = { OWNER: `${cluster}/${name}`, ...more };
    return connect(name, connection).run(script(which), { variables, deadline: minutes(5) });
  };
  const cleared = (machines: readonly Member[]) =>
    Promise.all(machines.map((one) => run(one, "end-reset", { DONE: "" })));
  if (stage === "done") {
    await cleared(others);
    tell.warn(`${step} is done, and is not done again: take it out of the manifest`);
    return;
  }
  const unit = { UNIT: unitName("server") };
  if (stage === "") {
    tell(`${step}: stopping all servers`);
    // Together with one that leaves, and has its data, another might go on with the old etcd.
    const here = await Promise.all(
      former.map(async (one) => ((await isHere(one, servers)) ? one : undefined)),
    );
    const all = [...servers, ...here.flatMap((one) => one ?? [])];
    await Promise.all(all.map((one) => run(one, "stop-node", unit)));
    // What another reset has left that was not finished would keep them on its etcd.
    await cleared(servers);
    tell(`${step}: resetting etcd on ${server.name}`);
    await run(server, "reset-etcd", { OPERATION: operation, SNAPSHOT: snapshot }).catch((error) => {
      throw advised(step, error, {
        69: `${token === "either" ? turned : ""}correct the cause, then run this again; to give it up, ${snapshot ? putBack : ""}run systemctl enable --now k3s on all servers`,
      });
    });
  }
  await run(server, "start-node", unit);
  await member(server, tell);
  // One after the other would take no less: etcd lets in one at a time.
  const SERVER = `https://${server.connection.host}:6443`;
  // A machine that is new in this edit is no server yet.
  const joining = await Promise.all(
    others.map(async (one) => (await run(one, "rejoin-etcd", { SERVER })) !== ""),
  );
  for (const [index, other] of others.entries()) if (joining[index]) await member(other, tell);
  // From here on it is done, and nobody has to join again.
  await run(server, "end-reset", { DONE: operation });
  await cleared(others);
  tell.note(`etcd has begun again with what ${server.name} ${snapshot ? `had in ${snapshot}` : "had"}`);
}

/** k3s may have put the snapshot in its place before it found that the token does not fit. */
const putBack =
  "put server/db/etcd-old-<time> back in the place of server/db/etcd where there is one of just now, and ";

const turned =
  "it was saved while the cluster was told another token, and may need that of before or after it: give another snapshot, or ";

async function member({ name, connection }: Member, tell: Tell): Promise<void> {
  await waitFor({
    machine: connect(name, connection),
    unit: unitName("server"),
    script: "node-ready",
    variables: { ROLE: "server", NODE: name, RESTARTS: restartsAllowed.new },
    patience: minutes(5),
    tell: (step) => tell(`${name}: ${step}`),
  });
}
