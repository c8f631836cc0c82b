import { RemoteError } from "../remote/errors";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { fact, parseFacts } from "./preflight/facts";
import { secretsOf } from "./secrets";

/** The declared token; the one that the server was given when its files were written last; or another. */
export type Whose = "declared" | "given" | "other";

/** How the token that a server's cluster has goes with the declared one. */
export interface Held {
  name: string;
  /** What the cluster has, as far as this server knows. */
  held: Whose;
  /** What it starts with next. */
  file: Whose;
}

interface Wanted {
  cluster: string;
  /** What is declared; empty where nobody knows. */
  token: string;
}

/** Of those of these servers that can be asked, and have run. */
export async function heldBy(servers: readonly Member[], wanted: Wanted): Promise<Held[]> {
  return (await Promise.all(servers.map((server) => asked(server, wanted)))).flat();
}

async function asked({ name, connection }: Member, { cluster, token }: Wanted): Promise<Held[]> {
  const [full = "", password = full] = secretsOf(token);
  const variables = { OWNER: `${cluster}/${name}`, TOKEN: password };
  const secrets = [full, password].filter(Boolean);
  const options = { variables, secrets, deadline: 20_000 };
  try {
    const facts = parseFacts(await connect(name, connection).run(script("held-tokens"), options));
    const [held, file] = [fact(facts, "held"), fact(facts, "file")] as [Whose | "", Whose];
    return held ? [{ name, held, file }] : [];
  } catch (error) {
    // Whether it has to be there is said by what needs it.
    if (!(error instanceof RemoteError)) throw error;
    return [];
  }
}
