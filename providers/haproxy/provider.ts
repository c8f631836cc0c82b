import { type Backend, form } from "../../balancer/haproxy";
import type { HealthCheck } from "../../balancer/haproxy-checks";
import type { Stats } from "../../balancer/haproxy-stats";
import type { Listener } from "../../balancer/haproxy-text";
import { haproxy } from "../../balancer/paths";
import type { CheckTiming } from "../../balancer/timing";
import { namesNode } from "../../k3s/owner";
import { ownerAdvice, packageAdvice } from "../advice";
import { type Connection, connect, type Member } from "../connection";
import { advised } from "../failure";
import { isGone, removeFrom } from "../gone";
import { inLine } from "../line";
import { isMissing } from "../missing";
import type { Resource, Tell } from "../wire";
import { complaints } from "./complaints";
import { configured } from "./configuration";
import { cost } from "./cost";
import { brought, healthy, removed, started } from "./install";
import { type Live, observe, ownerFile, removingFile, untouched } from "./observe";

export interface HaProxyInputs extends Partial<Live> {
  cluster: string;
  /** What the machine is called. */
  machine: string;
  connection: Connection;
  /** All servers of the cluster. */
  backends: Backend[];
  /** The SHA-256 of the CA that their certificates must come from. */
  caHash: string;
  listeners: Listener[];
  healthCheck: HealthCheck;
  timing: CheckTiming;
  /** The page that shows what HAProxy does; without it there is none. */
  stats?: Omit<Stats, "password">;
  /** Of that page. */
  statsPassword?: string;
  /** Leave the package where we brought it, too, when this is removed. */
  keepPackage: boolean;
  /** Other machines of the cluster: while one of them answers, a machine that does not is taken to be gone. */
  peers?: Member[];
  /** Something that must be there before the machine is touched. */
  preflight?: string;
  /** Milliseconds until waiting for it to be healthy is given up. */
  patience: number;
  /** Of the text of its configuration, which changes with this package; found out by the look at the inputs. */
  form?: string;
}

/** One machine's HAProxy: its package, its files, its unit, its own health. */
export const haproxyFrontend: Resource<HaProxyInputs, object> = {
  createOnly: ["peers", "preflight", "patience"],
  // What runs is not what was asked for until an update succeeds, whatever a refresh makes of it meanwhile.
  pending: [...configured, "form", "unit", "files", "package"],
  check: (inputs) => ({ mistakes: complaints(inputs), learned: { ...untouched, form } }),
  cost,
  changes: ({ machine, connection }) => ({ name: machine, connection }),
  create: async (inputs, tell, begun) => {
    const id = `${inputs.cluster}/${inputs.machine}`;
    begun(id, {});
    await made(id, inputs, tell);
    return { id, outputs: {} };
  },
  update: async (id, inputs, _state, tell) => {
    await made(id, inputs, tell);
    return {};
  },
  isMissing: ({ machine, connection }) => isMissing(connect(machine, connection), ownerFile, removingFile),
  read: async (id, { machine, connection }, tell) => {
    tell("looking at HAProxy");
    const { owner, live } = await observe(connect(machine, connection));
    if (owner !== id && !live.unit.startsWith("active")) return "gone";
    if (owner === "" || owner === id) return live;
    return {
      ...live,
      files: namesNode(owner) ? `its HAProxy belongs to ${owner}` : `${ownerFile} names nobody`,
    };
  },
  delete: async (id, { machine: name, connection, peers = [], keepPackage }, tell) => {
    if (isGone(connection)) return;
    const step = "removing HAProxy";
    tell(step);
    const machine = connect(name, connection);
    const others = peers.map((peer) => connect(peer.name, peer.connection));
    const left = `${haproxy.unit}.service, /etc/haproxy-k3s, and the package haproxy where it was brought`;
    const remove = () => removed(machine, id, keepPackage);
    await removeFrom({ machine, connection, others, left, tell }, remove).catch((error) => {
      throw advised(step, error, {
        ...packageAdvice("haproxy"),
        78: ownerAdvice(ownerFile, id),
      });
    });
  },
};

/**
 * Makes it what it is to be. Reloads cost nothing; those that restart do so one at a time, since keepalived ends with its
 * HAProxy, and the address would be nowhere.
 */
async function made(id: string, inputs: HaProxyInputs, tell: Tell): Promise<void> {
  await brought(id, inputs, tell);
  if (await started(id, inputs, false, tell)) return healthy(inputs, tell);
  tell("waiting for its turn");
  const { cluster, machine } = inputs;
  const untouched = "what runs here goes on as it was";
  await inLine({ line: `${cluster}/haproxy`, machine, width: 1, untouched }, async () => {
    await started(id, inputs, true, tell);
    await healthy(inputs, tell);
  });
}
