import { expiryWarning } from "../../k3s/certificates";
import { type NodeConfig, paths } from "../../k3s/config";
import { namesNode, ownerFile } from "../../k3s/owner";
import { keeperUnit } from "../../k3s/snapshots";
import { unitName } from "../../k3s/unit";
import { ownerAdvice } from "../advice";
import { type Connection, connect, type Member } from "../connection";
import { leavesAlone } from "../departure/alone";
import type { Drain } from "../drain";
import { advised } from "../failure";
import { removeFrom } from "../gone";
import { isMissing } from "../missing";
import { checkPodNetwork } from "../pod-network";
import type { Override } from "../preflight/overrides";
import type { Resource } from "../wire";
import { adoption, takeOver } from "./adopt";
import { apiOf, serversOf } from "./api";
import { change } from "./change";
import { checkTokens } from "./check-token";
import { complaints } from "./complaints";
import { cost } from "./cost";
import { entry, placed } from "./entry";
import { forget, remains } from "./forget";
import { install, uninstall } from "./install";
import { hasLeft } from "./left";
import { type Live, observe, seenConfig, untouched } from "./observe";
import { otherToken } from "./other-token";
import { firstToken, ready } from "./ready";
import { freeSeat } from "./seat";
import type { Tokens } from "./tokens";

export interface NodeInputs extends Partial<Live> {
  cluster: string;
  connection: Connection;
  version: string;
  config: NodeConfig;
  /** Where a server joins when it is made, empty where it began the cluster. It stays so, whoever is the first later. */
  join?: string;
  /** The other declared servers: where this one begins a cluster, one of them may have it already; an agent may need any. */
  peers?: Member[];
  /** Machines whose HAProxy stands in front of the servers, and is told before this one restarts; absent on agents. */
  balancers?: Member[];
  /** The server token for servers: short for the first, pinned for the others; the agent token for agents. */
  token: string;
  /** What agents will join with; servers only. */
  agentToken?: string;
  /** Whether a k3s of nobody is taken over, and which tokens are what its cluster has. */
  adopt?: (keyof Tokens)[];
  /** Where servers keep the cluster's state, where that is not etcd on themselves. */
  datastore?: NodeConfig["datastore"];
  /** Where it puts snapshots of etcd, beside each of which its token is kept; absent where there is no etcd. */
  snapshotFolder?: string;
  /** The text of registries.yaml; without it there is none. */
  registries?: string;
  /** The text of the unit's environment file; without it there is none. */
  environment?: string;
  /** The binary that Machine verified. */
  sha256: string;
  membership?: string;
  /** What its tokens and its certificates were rotated by; another value is another turn. */
  rotate?: Rotation;
  /** How to take it that an agent does not reach the others through the pod network; by default as an error. */
  podNetwork?: Override;
  /** A server that may change the node's object, or one of its peers may; absent on servers, and where none is known. */
  api?: Member;
  /** Where a server of its cluster answers that was not made here; absent where all are. */
  elsewhere?: string;
  /** How many of its role may restart at once; servers do so one at a time. */
  atOnce?: number;
  /** How its pods go elsewhere before it is upgraded; absent where they stay. */
  drain?: Drain;
  patience: number;
}

export interface Rotation {
  tokens?: string;
  certificates?: string;
}

export interface NodeOutputs extends Partial<Pick<NodeInputs, "join" | "token" | "agentToken" | "adopt">> {
  /** The server token in its full form, with which the other servers join; absent on agents. */
  joinToken?: string;
}

/** There as long as the node is, and as long as it is being removed. */
const marks = [ownerFile, "/etc/rancher/k3s/.removing"] as const;

/** One machine as a member of the cluster: its configuration, its unit, its own health. */
export const node: Resource<NodeInputs, NodeOutputs> = {
  outputs: ["joinToken"],
  createOnly: [
    "join",
    "peers",
    "balancers",
    "membership",
    "token",
    "agentToken",
    "adopt",
    "podNetwork",
    "api",
    "elsewhere",
    "atOnce",
    "drain",
    "patience",
  ],
  // What its object was to be, and has to lose when it is declared no more; what of the node was lost; and what it ran with.
  pending: [
    ...(["config", "files", "node", "join", "token", "agentToken", "rotate", "version", "sha256"] as const),
    ...(["registries", "environment", "datastore", "snapshotFolder"] as const),
  ],
  check: async (inputs, old) => ({ mistakes: await complaints(inputs, old), learned: untouched }),
  cost,
  changes: ({ config: { name }, connection }) => ({ name, connection }),
  create: async (given, tell, begun) => {
    const id = `${given.cluster}/${given.config.name}`;
    const machine = connect(given.config.name, given.connection);
    const adopted = await adoption(machine, given, tell);
    const inputs = await placed(machine, adopted?.inputs ?? given, tell);
    const join = inputs.config.join ?? inputs.join;
    await checkTokens(machine, inputs, tell);
    if (adopted) await takeOver(machine, id, { ...adopted, inputs }, tell);
    else await freeSeat(machine, inputs, tell);
    if (inputs.config.role === "agent") {
      begun(id, {});
      if (!adopted) await install(machine, id, inputs, tell);
      await ready(machine, inputs, tell);
      await checkPodNetwork([machine], { taken: inputs.podNetwork }, tell);
      return { id, outputs: {} };
    }
    begun(id, { joinToken: inputs.token, ...entry(inputs) });
    if (!adopted) await install(machine, id, inputs, tell);
    const joinToken = join ? inputs.token : await firstToken(machine, inputs, tell);
    return { id, outputs: { joinToken, ...entry(inputs) } };
  },
  update: change,
  isMissing: ({ config: { name }, connection }) => isMissing(connect(name, connection), ...marks),
  read: async (id, state, tell) => {
    const { config, connection } = state;
    tell("looking at the node");
    const [{ owner, live, object, validTo }, stranger] = await Promise.all([
      observe(connect(config.name, connection), config),
      otherToken(state),
    ]);
    if (owner !== id && !live.unit.startsWith("active")) return "gone";
    const ends = validTo && expiryWarning(config.name, validTo, new Date());
    if (ends) tell.warn(ends);
    if (stranger) tell.warn(stranger);
    const whose = namesNode(owner) ? `the machine belongs to ${owner}` : `${ownerFile} names no node`;
    const taken = owner && owner !== id ? { files: whose } : {};
    return { ...live, ...taken, ...(object ? { config: seenConfig(config, object) } : {}) };
  },
  delete: async (id, state, tell) => {
    const { config, connection, snapshotFolder, elsewhere } = state;
    const step = "removing the node";
    tell(step);
    await hasLeft(id, state);
    await leavesAlone(state, tell);
    const machine = connect(config.name, connection);
    const others = serversOf(state).map((other) => connect(other.name, other.connection));
    const units = [unitName(config.role), ...(snapshotFolder ? [keeperUnit] : [])];
    const left = `${units.map((unit) => `${unit}.service`).join(", ")}, /usr/local/bin/k3s, /usr/local/lib/k3s, /etc/rancher, ${paths.data}`;
    const remove = () => uninstall(machine, id, config);
    const machineId = await removeFrom({ machine, connection, others, left, tell }, remove).catch((error) => {
      throw advised(step, error, {
        78: ownerAdvice(ownerFile, id),
      });
    });
    // A server's membership goes with its object, which must not be while others go as well.
    if (config.role !== "agent") return;
    const api = await apiOf(state);
    if (api) await forget(config.name, api, tell, { machineId, elsewhere });
    else tell.warn(remains(config.name, "no server is known that could be asked"));
  },
};
