import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { atStep, StepError } from "../failure";
import { fact, parseFacts } from "../preflight/facts";

/** What etcd is to begin again with, on one server; the others join it anew. */
export interface Recovery {
  from: string;
  /** The cluster's identity. */
  confirm: string;
  turn?: string;
}

export interface Restoration extends Omit<Recovery, "from"> {
  from?: string;
  snapshot: string;
}

export type Reset = Recovery | Restoration;

export interface Cluster {
  cluster: string;
  servers: readonly Member[];
}

/** What a server says of a reset that may be made on it. */
interface Seen {
  server: Member;
  id: string;
  etcd: boolean;
  mark: string;
  snapshot: string;
  token: string;
}

/** What is to be done, and where. */
export interface Plan extends Seen {
  operation: string;
  /** Nothing of it was done; etcd was reset, and others may not have joined it; or all of it is done. */
  stage: "" | "reset" | "done";
}

/** What is asked for, if anything is. */
export function resetOf({
  recover,
  restore,
}: {
  recover?: Recovery;
  restore?: Restoration;
}): Reset | undefined {
  return recover ?? restore;
}

function isRestoration(reset: Reset): reset is Restoration {
  return "snapshot" in reset;
}

export function stepOf(reset: Reset): string {
  return isRestoration(reset) ? `restoring ${reset.snapshot}` : `recovering from ${reset.from}`;
}

/** What it costs, in the words of a row. */
export function costOf(reset: Reset): string {
  const kept = isRestoration(reset) ? `what is in ${reset.snapshot}` : `what ${reset.from} has`;
  return `etcd will begin again with ${kept}: all else that was written is lost, and the API stops for a minute or two`;
}

/** Looks at what would be done, and fails where it cannot be. */
export async function planned(reset: Reset, { cluster, servers }: Cluster): Promise<Plan> {
  const from = reset.from;
  const fails = (cause: string, next: string, machine = cluster) =>
    new StepError({ machine, step: stepOf(reset), cause, next });
  if (from && !servers.some(({ name }) => name === from))
    throw fails(
      `${from} is no server of the manifest`,
      `give one of ${servers.map(({ name }) => name).join(", ")}, or take this out of the manifest where it is done`,
    );
  // All of them, since all are stopped: where one cannot be, nothing is begun.
  const all = await lookAt(servers, isRestoration(reset) ? reset.snapshot : "").catch((error) => {
    throw atStep(stepOf(reset), error);
  });
  const seen = from ? all.filter(({ server }) => server.name === from) : all;
  const best = seen.find(({ snapshot }) => snapshot !== "") ?? seen[0];
  if (!best) throw fails("no server can be asked", "see why, then run this again");
  const { name } = best.server;
  if (best.id !== reset.confirm)
    throw best.id
      ? fails(
          `confirm is ${reset.confirm}, and this cluster is ${best.id}`,
          "give what the output clusterId says",
          name,
        )
      : fails(
          "nobody has told it yet which cluster it is of",
          "write what the output clusterId says into /var/lib/rancher/k3s/server/cluster-id there",
          name,
        );
  const operation = JSON.stringify([
    reset.confirm,
    reset.turn ?? "",
    isRestoration(reset) ? reset.snapshot : "",
    from ?? "",
  ]);
  const stage = (["reset", "done"] as const).find((one) => best.mark === `${one} ${operation}`) ?? "";
  if (stage === "") refuseUnfit(reset, best, fails);
  return { ...best, operation, stage };
}

function refuseUnfit(
  reset: Reset,
  { server, etcd, snapshot, token }: Seen,
  fails: (cause: string, next: string, machine?: string) => StepError,
): void {
  const { name } = server;
  if (!isRestoration(reset)) {
    if (!etcd) throw fails("it has no data of etcd", "give a server that has", name);
    return;
  }
  if (!snapshot)
    throw fails(
      "no server has it",
      "see what there is (k3s etcd-snapshot ls), and give a file's name or its path",
    );
  const kept = `/var/lib/rancher/k3s/server/db/snapshot-tokens/${snapshot.split("/").at(-1)}`;
  if (token === "missing")
    throw fails(
      "nobody kept the token that it needs",
      `put the one that the cluster had then into ${kept} (0600) there`,
      name,
    );
  if (token === "differs")
    throw fails(
      "the cluster had another token when it was saved, and k3s could not read what is in it",
      `rotate the tokens to that one (${kept} there), or give a snapshot that is younger than the last turn`,
      name,
    );
}

async function lookAt(servers: readonly Member[], wanted: string): Promise<Seen[]> {
  return Promise.all(
    servers.map(async (server): Promise<Seen> => {
      const options = { variables: { SNAPSHOT: wanted }, deadline: 20_000 };
      const facts = parseFacts(
        await connect(server.name, server.connection).run(script("reset-state"), options),
      );
      const [id = "", mark = "", snapshot = "", token = ""] = ["id", "mark", "snapshot", "token"].map(
        (name) => fact(facts, name),
      );
      return { server, id, mark, snapshot, token, etcd: fact(facts, "etcd") === "yes" };
    }),
  );
}
