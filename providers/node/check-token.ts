import type { Role } from "../../k3s/config";
import { parseToken } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import { redact } from "../../remote/redact";
import { StepError } from "../failure";
import { script } from "../script";
import { secretsOf } from "../secrets";
import type { Tell } from "../wire";

interface Joining {
  role: Role;
  /** The address to join. */
  join: string;
  token: string;
}

const step = "asking the cluster whether it takes the token";

/** What is to be done, by the script's exit code. */
const next = (role: Role): Record<number, string> => ({
  69: "check that a server of the cluster runs at that address and that port 6443 is open between the machines, then run this again",
  76: "correct the address, or give the token of the cluster that answers there (/var/lib/rancher/k3s/server/token)",
  77: `give the token that the cluster was made with (on a server: /var/lib/rancher/k3s/server/${role === "server" ? "token" : "agent-token"})`,
});

/** Nothing is started with a token that the cluster would refuse, nor with another cluster's. */
export async function checkToken(
  machine: Machine,
  { role, join, token }: Joining,
  tell: Tell,
): Promise<void> {
  tell(step);
  const { caHash = "", password } = parseToken(token);
  const secrets = secretsOf(token);
  const { code, stderr } = await machine.attempt(script("check-token"), {
    variables: {
      SERVER: join,
      CA_HASH: caHash,
      USER_PASSWORD: `${role === "server" ? "server" : "node"}:${password}`,
      ANSWER: role === "server" ? "403" : "200",
    },
    secrets,
    deadline: 20_000,
  });
  if (code === 0) return;
  throw new StepError({
    machine: machine.name,
    step,
    cause: redact(stderr, secrets).trim().split("\n").at(-1) || `exit code ${code}`,
    next: next(role)[code] ?? "run this again",
  });
}
