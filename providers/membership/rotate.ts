import { parseToken } from "../../k3s/token";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { advised } from "../failure";
import { minutes } from "../minutes";
import { secretsOf } from "../secrets";
import type { Tell } from "../wire";

interface Rotated {
  cluster: string;
  /** Where the cluster is told; nowhere where it was. */
  via?: Member;
  /** All that go by the tokens. */
  servers: readonly Member[];
  token: string;
  agentToken: string;
}

/**
 * Has the cluster take other tokens. Servers that run go by those that they started with; whichever starts first from here on
 * finds the new ones in its files, as the cluster does in its data.
 */
export async function rotate(
  { cluster, via, servers, token, agentToken }: Rotated,
  tell: Tell,
): Promise<void> {
  const step = "rotating the tokens";
  tell(step);
  const secrets = secretsOf(token, agentToken);
  const TOKEN = parseToken(token).password;
  if (via) await told(via, step, { TOKEN, AGENT_TOKEN: agentToken }, secrets);
  await Promise.all(
    servers.map(({ name, connection }) => {
      const variables = { OWNER: `${cluster}/${name}`, TOKEN, AGENT_TOKEN: agentToken };
      return connect(name, connection).run(script("next-tokens"), {
        variables,
        secrets,
        deadline: minutes(1),
      });
    }),
  );
}

async function told(
  via: Member,
  step: string,
  variables: Record<string, string>,
  secrets: string[],
): Promise<void> {
  await connect(via.name, via.connection)
    .run(script("rotate-token"), {
      variables,
      secrets,
      deadline: minutes(2),
    })
    .catch((error) => {
      throw advised(step, error, {
        65: "give another token as well",
        77: `an earlier turn is not finished: systemctl restart k3s on ${via.name}, then run this again`,
        69: `see what keeps k3s on ${via.name} from it (journalctl -u k3s there), then run this again`,
      });
    });
}
