import { paths } from "../../k3s/config";
import { namesNode, ownerFile } from "../../k3s/owner";
import { parseToken, pinnedToken } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { ownerAdvice } from "../advice";
import { connect, type Member } from "../connection";
import { advised, StepError } from "../failure";
import { secretsOf } from "../secrets";
import type { Tell } from "../wire";
import { type Tokens, tokensOn } from "./tokens";

interface Beginning {
  cluster: string;
  /** The other declared servers. */
  peers?: Member[];
  token: string;
  /** Which tokens are what the cluster has. */
  adopt?: readonly (keyof Tokens)[];
}

/** Where there is no such file. */
const nobody = "nobody";

const step = "looking whether the cluster exists already";

/**
 * A server that is first in the list begins a cluster only where there is none: its machine may be new in one
 * that lives on the other servers. One that cannot be asked might be such a server, so that its silence refuses.
 */
export async function clusterToJoin(
  machine: Machine,
  { cluster, peers = [], token, adopt = [] }: Beginning,
  tell: Tell,
): Promise<({ join: string } & Partial<Tokens>) | undefined> {
  tell(step);
  const { caHash, password } = parseToken(token);
  const here = await serverOn(machine, password);
  if (here) return undefined;
  const answers = await Promise.all(
    peers.map(async (peer) => ({ ...peer, found: await serverOn(connect(peer.name, peer.connection)) })),
  );
  const other = answers.find(({ found }) => found);
  if (!other?.found) {
    if (caHash) throw noSuchCluster(machine.name);
    return undefined;
  }
  const { name, connection, found } = other;
  if (found.owner !== `${cluster}/${name}`) throw foreign(name, found.owner, `${cluster}/${name}`);
  const theirs = adopt.length > 0 ? await tokensOn(connect(name, connection)) : undefined;
  const its = adopt.includes("token") ? (theirs?.token ?? password) : password;
  return {
    join: `https://${connection.host}:6443`,
    token: pinnedToken(caHash ?? found.caHash, "server", its),
    ...(theirs && adopt.includes("agentToken") ? { agentToken: theirs.agentToken } : {}),
  };
}

/** The server that this machine holds, running or not; with a password, it must be that of its cluster. */
export async function serverOn(
  machine: Machine,
  password = "",
): Promise<{ caHash: string; owner: string } | undefined> {
  const options = { variables: { PASSWORD: password }, secrets: secretsOf(password), deadline: 20_000 };
  const answer = await machine.run(script("find-cluster"), options).catch((error) => {
    throw advised(step, error, {
      77: `give the tokens that it was made with (below ${paths.data}/server there, token and agent-token, what follows the last colon), or remove that cluster first`,
    });
  });
  const [caHash, owner = ""] = answer.trim().split(" ");
  return caHash ? { caHash, owner } : undefined;
}

function foreign(machine: string, owner: string, wanted: string): StepError {
  if (owner !== nobody && !namesNode(owner))
    return new StepError({
      machine,
      step,
      cause: `a server is on it, and ${ownerFile} there names no node`,
      next: ownerAdvice(ownerFile, wanted, "take the machine out of the manifest"),
    });
  return new StepError({
    machine,
    step,
    cause: `a server of another cluster is on it (${owner})`,
    next: "remove that cluster first, or take this machine out of the manifest",
  });
}

function noSuchCluster(machine: string): StepError {
  return new StepError({
    machine,
    step,
    cause: "no declared server has it, and the token names the CA of one",
    next: "give the password alone (what follows the last colon) to begin a cluster",
  });
}
