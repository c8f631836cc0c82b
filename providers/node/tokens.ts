import { parseToken } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { advised } from "../failure";
import { fact, parseFacts } from "../preflight/facts";

/** The tokens of a cluster, by their names among a node's inputs. */
export interface Tokens {
  token: string;
  agentToken: string;
}

/** The passwords that a server's cluster has, as one that begins it is given them. */
export async function tokensOn(machine: Machine): Promise<Tokens> {
  const step = "reading the tokens of its cluster";
  const text = await machine.run(script("read-tokens"), { deadline: 20_000 }).catch((error) => {
    throw advised(step, error, { 69: "see whether k3s has ever run there (journalctl -u k3s)" });
  });
  const facts = parseFacts(text);
  const password = (name: string) =>
    parseToken(Buffer.from(fact(facts, name), "base64").toString("utf8").trim()).password;
  return { token: password("token"), agentToken: password("agentToken") };
}
