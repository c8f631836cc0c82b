import type { Machine } from "../remote/machine";
import { script } from "../remote/script";
import { StepError } from "./failure";
import { levelOf, type Override } from "./preflight/overrides";
import type { Tell } from "./wire";

interface Among {
  /** The names of the nodes that they are to reach; all by default. */
  only?: readonly string[];
  /** Instead of how it is taken by default. */
  taken?: Override;
}

const finding = "pod-network";
const step = "checking the pod network";

/** Refuses nodes that reach others, and not through the tunnel of the pod network: nobody could see that before. */
export async function checkPodNetwork(
  machines: readonly Machine[],
  { only = [], taken }: Among,
  tell: Tell,
): Promise<void> {
  const level = levelOf(finding, taken ? { [finding]: taken } : {});
  if (level === "ignore") return;
  tell(step);
  const looks = await Promise.all(machines.map((machine) => look(machine, only, tell)));
  // Where one machine lets nothing in, it misses all others, and they only miss it.
  const [worst] = looks.sort((a, b) => b.missed.length - a.missed.length);
  if (!worst || worst.missed.length === 0) return;
  const error = filtered(worst);
  if (level === "error") throw error;
  tell.warn(error.message);
}

interface Look {
  machine: string;
  missed: { peer: string; address: string; port: string }[];
}

async function look(machine: Machine, only: readonly string[], tell: Tell): Promise<Look> {
  const variables = { NODE: machine.name, ONLY: only.join(" "), PATIENCE: "10" };
  const { code, stdout, stderr } = await machine.attempt(script("check-tunnel"), {
    variables,
    deadline: 60_000,
  });
  const reason = stderr.trim().split("\n").at(-1) || `exit code ${code}`;
  if (code !== 0) tell.warn(`${machine.name}: the pod network was not checked: ${reason}`);
  const missed = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "))
    .map(([peer = "", address = "", port = ""]) => ({ peer, address, port }));
  return { machine: machine.name, missed };
}

function filtered({ machine, missed }: Look): StepError {
  const ports = [...new Set(missed.map(({ port }) => port))];
  const peers = missed.map(({ peer, address }) => `${peer} (${address})`).sort();
  return new StepError({
    machine,
    step,
    cause: `packets to ${peers.join(", ")} do not come through: UDP ${ports.join(", ")} is filtered on the way`,
    next: `open ${ports.map((port) => `${port}/udp`).join(", ")} between all machines, or give preflight: { ${finding}: ignore }`,
  });
}
