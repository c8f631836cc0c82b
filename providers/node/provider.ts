import { type NodeConfig, paths, registrationFile } from "../../k3s/config";
import { namesNode, ownerFile } from "../../k3s/owner";
import { parseToken, pinnedToken } from "../../k3s/token";
import { unitName } from "../../k3s/unit";
import type { Machine } from "../../remote/machine";
import { ownerAdvice } from "../advice";
import { type Connection, connect, type Member } from "../connection";
import { advised } from "../failure";
import { removeFrom } from "../gone";
import { isMissing } from "../missing";
import { oneAtATime } from "../one-at-a-time";
import { checkPodNetwork } from "../pod-network";
import type { Override } from "../preflight/overrides";
import { secretsOf } from "../secrets";
import { waitFor } from "../wait";
import type { Resource, Tell } from "../wire";
import { checkToken } from "./check-token";
import { complaints } from "./complaints";
import { cost } from "./cost";
import { begins, entered, entry, placed } from "./entry";
import { forget, makingRoom } from "./forget";
import { install, opening, uninstall } from "./install";
import { setObject } from "./object";
import { type Live, observe, seenConfig, untouched } from "./observe";

export interface NodeInputs extends Partial<Live> {
  cluster: string;
  connection: Connection;
  version: string;
  config: NodeConfig;
  /** Where a server joins when it is made, empty where it began the cluster. It stays so, whoever is the first later. */
  join?: string;
  /** Other declared servers: where this one begins a cluster, one of them may have it already. */
  peers?: Member[];
  /** The server token for servers: short for the first, pinned for the others; the agent token for agents. */
  token: string;
  /** What agents will join with; servers only. */
  agentToken?: string;
  /** Where servers keep the cluster's state, where that is not etcd on themselves. */
  datastore?: NodeConfig["datastore"];
  /** The text of registries.yaml; without it there is none. */
  registries?: string;
  /** The text of the unit's environment file; without it there is none. */
  environment?: string;
  /** The binary that Machine verified. */
  sha256: string;
  membership?: string;
  /** How to take it that an agent does not reach the others through the pod network; by default as an error. */
  podNetwork?: Override;
  /** A server that may change the node's object; absent on servers, and where none is known. */
  api?: Member;
  patience: number;
}

export interface NodeOutputs extends Partial<Pick<NodeInputs, "join" | "token">> {
  /** The server token in its full form, with which the other servers join; absent on agents. */
  joinToken?: string;
}

/** There as long as the node is, and as long as it is being removed. */
const marks = [ownerFile, "/etc/rancher/k3s/.removing"] as const;

/** One machine as a member of the cluster: its configuration, its unit, its own health. */
export const node: Resource<NodeInputs, NodeOutputs> = {
  outputs: ["joinToken"],
  createOnly: ["join", "peers", "membership", "token", "agentToken", "podNetwork", "api", "patience"],
  // What its object was to be, and has to lose when it is declared no more; and what of the node was lost.
  pending: ["config", "files", "node", "join", "token"],
  check: (inputs, old) => ({ mistakes: complaints(inputs, old), learned: untouched }),
  cost,
  changes: ({ config: { name }, connection }) => ({ name, connection }),
  create: async (given, tell, begun) => {
    const id = `${given.cluster}/${given.config.name}`;
    const machine = connect(given.config.name, given.connection);
    const inputs = await placed(machine, given, tell);
    const join = inputs.config.join ?? inputs.join;
    if (join) await checkToken(machine, { ...inputs, join, role: inputs.config.role }, tell);
    if (inputs.config.role === "agent") {
      begun(id, {});
      await install(machine, id, inputs, tell);
      await ready(machine, inputs, tell);
      await checkPodNetwork([machine], { taken: inputs.podNetwork }, tell);
      return { id, outputs: {} };
    }
    begun(id, { joinToken: inputs.token, ...entry(inputs) });
    await install(machine, id, inputs, tell);
    const joinToken = join ? inputs.token : await firstToken(machine, inputs, tell);
    return { id, outputs: { joinToken, ...entry(inputs) } };
  },
  update: async (id, given, state, tell) => {
    const machine = connect(given.config.name, given.connection);
    if (given.config.role === "agent") {
      await install(machine, id, given, tell, state);
      await ready(machine, given, tell);
      await register(machine, given, state, tell);
      await checkPodNetwork([machine], { taken: given.podNetwork }, tell);
      return {};
    }
    tell("waiting for its turn");
    return oneAtATime(async () => {
      const inputs = await entered(machine, given, state, tell);
      await install(machine, id, inputs, tell, state);
      // Also where it has one: what was removed meanwhile has another CA now.
      const joinToken = begins(inputs) ? await firstToken(machine, inputs, tell) : state.joinToken;
      await ready(machine, inputs, tell);
      await register(machine, inputs, state, tell);
      return { joinToken, ...entry(inputs) };
    });
  },
  isMissing: ({ config: { name }, connection }) => isMissing(connect(name, connection), ...marks),
  read: async (id, { config, connection }, tell) => {
    tell("looking at the node");
    const { owner, live, object } = await observe(connect(config.name, connection), config);
    if (owner !== id && !live.unit.startsWith("active")) return "gone";
    const whose = namesNode(owner) ? `the machine belongs to ${owner}` : `${ownerFile} names no node`;
    const taken = owner && owner !== id ? { files: whose } : {};
    return { ...live, ...taken, ...(object ? { config: seenConfig(config, object) } : {}) };
  },
  delete: async (id, { config, connection, api, peers = [] }, tell) => {
    const step = "removing the node";
    tell(step);
    const machine = connect(config.name, connection);
    const others = [...(api ? [api] : []), ...peers].map((other) => connect(other.name, other.connection));
    const left = `${unitName(config.role)}.service, /usr/local/bin/k3s, /usr/local/lib/k3s, /etc/rancher, ${paths.data}`;
    const remove = () => uninstall(machine, id, config);
    const machineId = await removeFrom({ machine, connection, others, left, tell }, remove).catch((error) => {
      throw advised(step, error, {
        78: ownerAdvice(ownerFile, id),
      });
    });
    // A server's membership goes with its object, which must not be while others go as well.
    if (config.role === "agent" && api) await forget(config.name, api, tell, machineId);
  },
};

/** The node's object, where it is to be another than it was, or somebody has changed it. */
async function register(machine: Machine, inputs: NodeInputs, old: NodeInputs, tell: Tell): Promise<void> {
  const declared = ({ config, node = untouched.node }: NodeInputs) => [registrationFile(config), node].join();
  if (declared(inputs) !== declared(old)) await setObject(machine, inputs, old, tell);
}

async function ready(machine: Machine, inputs: NodeInputs, tell: Tell): Promise<void> {
  const { config, token, patience, api } = inputs;
  const { role, name } = config;
  await waitFor({
    ...{ machine, unit: unitName(role), script: "node-ready", patience, tell },
    variables: { ROLE: role, NODE: name },
    secrets: [...secretsOf(token), ...opening(inputs)],
    remedy: makingRoom(machine, name, api, tell),
  });
}

/** The CA is there half a second after the first start; with its hash the token can trust nobody else. */
async function firstToken(machine: Machine, { token, patience }: NodeInputs, tell: Tell): Promise<string> {
  const { password } = parseToken(token);
  const caHash = await waitFor({
    machine,
    unit: unitName("server"),
    script: "supervisor",
    variables: { UNIT: unitName("server"), PASSWORD: password, SECONDS_LEFT: "20" },
    secrets: secretsOf(token),
    patience,
    tell,
  });
  return pinnedToken(caHash.trim(), "server", password);
}
