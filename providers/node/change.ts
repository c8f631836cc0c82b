import type { Machine } from "../../remote/machine";
import { connect, type Member } from "../connection";
import { drain as takePods, uncordon } from "../drain";
import { since } from "../failure";
import { inLine } from "../line";
import { healthyServer } from "../members";
import { oneAtATime } from "../one-at-a-time";
import { checkPodNetwork } from "../pod-network";
import { UnitFailure } from "../wait";
import type { Tell } from "../wire";
import { apiOf } from "./api";
import { restarts, settings } from "./cost";
import { begins, entered, entry } from "./entry";
import { install } from "./install";
import type { NodeInputs, NodeOutputs } from "./provider";
import { firstToken, ready, register } from "./ready";
import { standAside } from "./stand-aside";
import { takenOut } from "./taken-out";
import { mayBecome } from "./version";

type State = NodeInputs & NodeOutputs;

/** A change of one node. */
interface Change {
  machine: Machine;
  id: string;
  given: NodeInputs;
  state: State;
  tell: Tell;
}

/** Changes a node: servers one at a time, agents a few at a time where they restart, and none after one that failed. */
export async function change(id: string, given: NodeInputs, state: State, tell: Tell): Promise<NodeOutputs> {
  const { config, cluster, atOnce = 1 } = given;
  const { name, role } = config;
  const one: Change = { machine: connect(name, given.connection), id, given, state, tell };
  const isServer = role === "server";
  if (!isServer && !restarts(state, given)) return changedAgent(one);
  tell("waiting for its turn");
  const place = { line: `${cluster}/${role}`, machine: name, width: isServer ? 1 : atOnce };
  return inLine(place, () => (isServer ? oneAtATime(() => changedServer(one)) : changedAgent(one)));
}

async function changedServer({ given, ...rest }: Change): Promise<NodeOutputs> {
  const { machine, id, state, tell } = rest;
  await mayBecome(machine, { from: state.version, to: given.version });
  const inputs = await entered(machine, given, state, tell);
  const stops = restarts(state, given);
  const members = stops ? await standAside(inputs, tell) : [];
  const own = { name: inputs.config.name, connection: inputs.connection };
  // One whose own API does not answer may be here to be mended.
  const api = members.length > 0 ? healthyServer([...(inputs.peers ?? []), own], members, tell) : own;
  const balancers = (stops && inputs.balancers) || [];
  const work = () =>
    takenOut({ name: own.name, cluster: inputs.cluster }, balancers, tell, async () => {
      await install(machine, id, inputs, tell, state);
      // Also where it has one: what was removed meanwhile has another CA now.
      const joinToken = begins(inputs) ? await firstToken(machine, inputs, tell) : inputs.token;
      await ready(machine, inputs, tell, "known");
      await register(machine, inputs, state, tell);
      return { joinToken, ...entry(inputs) };
    });
  return safely({ ...rest, given: inputs }, api, work);
}

async function changedAgent(one: Change): Promise<NodeOutputs> {
  const { machine, id, given, state, tell } = one;
  await mayBecome(machine, { from: state.version, to: given.version });
  return safely(one, await apiOf(given), async () => {
    await install(machine, id, given, tell, state);
    await ready(machine, given, tell, "known");
    await register(machine, given, state, tell);
    await checkPodNetwork([machine], { taken: given.podNetwork }, tell);
    return {};
  });
}

/** An upgrade, while the node has no pods but those of daemon sets, where that is asked for; anything else leaves them. */
async function safely<T>(one: Change, api: Member | undefined, work: () => Promise<T>): Promise<T> {
  const { given, state, tell } = one;
  const { drain, config, version } = given;
  const change = () => orAsBefore(one, work);
  if (!api || version === state.version) return change();
  const node = config.name;
  if (drain) await takePods({ node, api, ...drain }, tell);
  const done = await change();
  // Also where none went now: a run that was cut off may have had them go.
  await uncordon(node, api, tell);
  return done;
}

/** A setting that k3s does not start with is taken back; an upgrade is not, since data may be the newer version's already. */
async function orAsBefore<T>(one: Change, work: () => Promise<T>): Promise<T> {
  const { given, state, tell } = one;
  try {
    return await work();
  } catch (error) {
    const undone = given.version === state.version && settings(given) !== settings(state);
    if (!undone || !(error instanceof UnitFailure)) throw error;
    tell("giving it back what it ran with before");
    // Tokens are the cluster's, which knows no older ones.
    const { token, agentToken } = given;
    throw since(error, await again({ ...one, state: { ...state, token, agentToken } }));
  }
}

async function again({ machine, id, state, tell }: Change): Promise<string> {
  try {
    await install(machine, id, state, tell, state);
    await ready(machine, state, tell);
    return "it runs again, with what it ran with before";
  } catch (error) {
    return `it was to run with what it ran with before, and does not: ${(error as Error).message.split("\n")[0]}`;
  }
}
