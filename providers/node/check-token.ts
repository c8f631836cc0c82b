import type { Role } from "../../k3s/config";
import { parseToken, pinnedAgentToken } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import { redact } from "../../remote/redact";
import { script } from "../../remote/script";
import { StepError } from "../failure";
import { secretsOf } from "../secrets";
import { notYet } from "../wait";
import type { Tell } from "../wire";
import type { NodeInputs } from "./provider";

interface Joining {
  role: Role;
  /** The address to join. */
  join: string;
  token: string;
  /** Milliseconds until waiting for the cluster to be ready is given up. */
  patience: number;
  /** Which token it is, in words. */
  what?: string;
}

const noAnswer = 69;

/** What is to be done, by the script's exit code. */
const next = (role: Role): Record<number, string> => ({
  69: "check that a server of the cluster runs at that address and that port 6443 is open between the machines, then run this again",
  75: "see on its servers what they wait for (journalctl -u k3s), then run this again",
  76: "correct the address, or give the token of the cluster that answers there (/var/lib/rancher/k3s/server/token)",
  77: `give the token that the cluster was made with (on a server: /var/lib/rancher/k3s/server/${role === "server" ? "token" : "agent-token"})`,
});

/**
 * Whether the cluster takes who is to join it, if anybody is. Servers of one cluster are to have the same agent token: one with
 * another would refuse the agents of the others, so that where those were made elsewhere it is tried, too.
 */
export async function checkTokens(machine: Machine, inputs: NodeInputs, tell: Tell): Promise<void> {
  const { config, token, agentToken, patience, elsewhere } = inputs;
  const join = config.join ?? inputs.join;
  if (!join) return;
  await checkToken(machine, { role: config.role, join, token, patience }, tell);
  if (!elsewhere || config.role === "agent") return;
  const agents = pinnedAgentToken(token, agentToken ?? "");
  await checkToken(machine, { role: "agent", join, token: agents, patience, what: "agent token" }, tell);
}

/**
 * Nothing is started with a token that the cluster would refuse, nor with another cluster's; an agent not before
 * the API answers, since until then it could only take processor time from the servers.
 */
async function checkToken(
  machine: Machine,
  { role, join, token, patience, what = "token" }: Joining,
  tell: Tell,
): Promise<void> {
  const step = `asking the cluster whether it takes the ${what}`;
  tell(step);
  const { caHash = "", password } = parseToken(token);
  const secrets = secretsOf(token);
  const variables = {
    SERVER: join,
    CA_HASH: caHash,
    USER_PASSWORD: `${role === "server" ? "server" : "node"}:${password}`,
    ANSWER: role === "server" ? "403" : "200",
    PATIENCE: "20",
  };
  const deadline = Date.now() + patience;
  // k3s ends and starts again where its machine is too busy for a while.
  let wasThere = false;
  for (;;) {
    const { code, stderr } = await machine.attempt(script("check-token"), {
      variables,
      secrets,
      deadline: 40_000,
    });
    if (code === 0) return;
    wasThere ||= code === notYet;
    if (wasThere && (code === notYet || code === noAnswer) && Date.now() < deadline) continue;
    throw new StepError({
      machine: machine.name,
      step,
      cause: redact(stderr, secrets).trim().split("\n").at(-1) || `exit code ${code}`,
      next: next(role)[code] ?? "run this again",
    });
  }
}
