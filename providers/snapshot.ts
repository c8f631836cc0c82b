import { parseToken } from "../k3s/token";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { advised } from "./failure";
import { minutes } from "./minutes";
import { secretsOf } from "./secrets";

/** A snapshot of etcd, on the server that has it. */
export interface Saved {
  path: string;
  bytes: number;
  sha256: string;
}

export const savingStep = "saving a snapshot of etcd";

/** Has a server save etcd, and keep beside that the token that it needs. */
export async function saveSnapshot({ name: server, connection }: Member, name: string): Promise<Saved> {
  const options = { variables: { NAME: name }, deadline: minutes(5) };
  const answer = await connect(server, connection)
    .run(script("save-snapshot"), options)
    .catch((error) => {
      throw advised(savingStep, error, { 69: "see what keeps k3s from saving it, then run this again" });
    });
  const [path = "", bytes = "", sha256 = ""] = answer.split("\n");
  return { path, bytes: Number(bytes), sha256 };
}

/** Has a server keep its token for the snapshots that have none, and from here on the next one, too: soon it has that. */
export async function keepSnapshotTokens({ name, connection }: Member, next: string): Promise<void> {
  const options = {
    variables: { NEXT: parseToken(next).password },
    secrets: secretsOf(next),
    deadline: minutes(2),
  };
  await connect(name, connection).run(script("keep-snapshot-tokens"), options);
}
