import { judge } from "../../k3s/adoption";
import type { Running } from "../../k3s/running";
import { parseToken } from "../../k3s/token";
import type { Machine } from "../../remote/machine";
import { StepError } from "../failure";
import { inLine } from "../line";
import { oneAtATime } from "../one-at-a-time";
import type { Tell } from "../wire";
import { install } from "./install";
import { setObject } from "./object";
import type { NodeInputs } from "./provider";
import { ready } from "./ready";
import { runningOn } from "./running";
import { standAside } from "./stand-aside";
import { tokensOn } from "./tokens";

/** A k3s of nobody, or one that a run which was cut off has taken over in part. */
export interface Adoption {
  /** With the tokens that its cluster has, where none are declared. */
  inputs: NodeInputs;
  /** Whether it has to start again to be what is declared. */
  restarts: boolean;
}

const step = "looking whether it can be taken over";

/** What it takes to take over the k3s that a machine holds; nothing where there is none, or none is to be taken over. */
export async function adoption(
  machine: Machine,
  inputs: NodeInputs,
  tell: Tell,
): Promise<Adoption | undefined> {
  const { adopt, cluster, config } = inputs;
  if (!adopt) return undefined;
  tell(step);
  const running = await runningOn(machine);
  // Whose it is otherwise, install-node.sh says.
  if (!running || (running.owner && running.owner !== `${cluster}/${config.name}`)) return undefined;
  const { refusals, differences } = judge(running, inputs);
  const all = [...refusals, ...otherCluster(running, inputs)];
  if (all.length > 0)
    throw new StepError({
      machine: machine.name,
      step,
      cause: `it cannot be: ${all.map(({ cause }) => cause).join("; ")}`,
      next: [...new Set(all.map(({ next }) => next))].join("; "),
    });
  const taken = adopt.length > 0 && config.role === "server" ? await tokensOn(machine) : undefined;
  const tokens = Object.fromEntries(adopt.map((name) => [name, taken?.[name]]));
  return { inputs: { ...inputs, ...tokens }, restarts: differences.length > 0 && running.active };
}

/** By its certificates: what it was told to join may be gone. */
function otherCluster({ serverCa, agentCa }: Running, { config, token }: NodeInputs) {
  const { caHash } = parseToken(token);
  const its = config.role === "server" ? serverCa : agentCa;
  if (!caHash || its === caHash) return [];
  return [
    {
      cause: `it is of another cluster, of the CA ${its || "unknown"}; this one's is ${caHash}`,
      next: "take the machine out of the manifest",
    },
  ];
}

/**
 * Makes it a node of this cluster. It is recorded only when that is done: a run that is cut off leaves a machine of nobody, to
 * be taken over.
 */
export async function takeOver(
  machine: Machine,
  id: string,
  { inputs, restarts }: Adoption,
  tell: Tell,
): Promise<void> {
  const { config, cluster, atOnce = 1 } = inputs;
  const isServer = config.role === "server";
  const work = async () => {
    if (isServer && restarts) await standAside(inputs, tell);
    await install(machine, id, inputs, tell, undefined, restarts ? "restart" : "keep");
    await ready(machine, inputs, tell, "known");
    await declareObject(machine, inputs, tell);
  };
  if (!restarts) return work();
  tell("waiting for its turn");
  const place = { line: `${cluster}/${config.role}`, machine: machine.name, width: isServer ? 1 : atOnce };
  return inLine(place, () => (isServer ? oneAtATime(work) : work()));
}

/** It has registered before: what is declared of its object is set, and nothing else is taken away. */
async function declareObject(machine: Machine, inputs: NodeInputs, tell: Tell): Promise<void> {
  const { labels, extra = {}, ...config } = inputs.config;
  const { "node-taint": taints, ...rest } = extra;
  if (Object.keys(labels ?? {}).length === 0 && !taints) return;
  await setObject(machine, inputs, { config: { ...config, extra: rest } }, tell);
}
