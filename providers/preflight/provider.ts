import type { Role } from "../../k3s/config";
import { minima as defaults, type Minimum } from "../../k3s/requirements";
import { RemoteError } from "../../remote/errors";
import { type Connection, connect } from "../connection";
import { type HostKeys, learnable, learnedFrom, remembering, unlearned } from "../host-keys";
import { changeTogether } from "../lock";
import { runningOn } from "../node/running";
import { placeOf } from "../way";
import type { Resource, Tell } from "../wire";
import { complaints, type Found } from "./complaints";
import { fact, parseFacts } from "./facts";
import { connectionFindings } from "./findings/checklist";
import { holdsK3s } from "./findings/installed";
import { levelOf, type Override, overrideMistakes } from "./overrides";
import { probe, probeVariables } from "./probe";
import type { Adopting, Balancers, Part, Seen } from "./scene";
import { failure, rows, warning } from "./table";

export interface Probed {
  role: Part;
  connection: Connection;
}

export interface PreflightInputs {
  cluster: string;
  machines: Record<string, Probed>;
  /** The version of k3s, such as v1.33.3+k3s1: some need more of a machine than others. */
  version?: string;
  /** Instead of the minima of k3s's documentation, by role. */
  minima?: Partial<Record<Role, Partial<Minimum>>>;
  /** What a finding is instead of its default; docs/preflight.md lists the names. */
  findings?: Record<string, Override>;
  /** vxlan by default. */
  flannelBackend?: string;
  /** Fetched from every machine, to see that it can be. */
  mirror?: string;
  /** What to fetch it through: nothing where it is for the machines to say, "none" for no proxy. */
  mirrorProxy?: string;
  /** Whether servers keep the cluster's state in etcd, on themselves; they do by default. */
  etcd?: boolean;
  /** What HAProxy and keepalived will need; absent without them. */
  balancers?: Balancers;
  /** The addresses that nodes announce, by the machine's name, where they are not those of the default route. */
  nodeIps?: Record<string, string>;
  /** What machines are to run with whose k3s is taken over; absent where none is. */
  adopt?: Adopting;
  /** What this resource itself found out before. */
  hostKeys?: HostKeys;
}

export interface PreflightOutputs {
  /** The keys of the hosts that may be believed at first use; there where there is such a host. */
  hostKeys?: HostKeys;
}

const patience = 30_000;

/** Looks at every new or changed machine, in a preview as in an update, before any of them is touched. */
export const preflight: Resource<PreflightInputs, PreflightOutputs> = {
  // It looks in every check, and has nothing to do in an update: other machines are no change of it.
  createOnly: [
    "cluster",
    "machines",
    "version",
    "minima",
    "findings",
    "flannelBackend",
    "mirror",
    "mirrorProxy",
    "etcd",
    "balancers",
    "nodeIps",
    "adopt",
  ],
  check: async (inputs, old, tell) => {
    const { findings = {} } = inputs;
    lockedTogether({ ...old?.machines, ...inputs.machines });
    const mistakes = overrideMistakes(findings);
    if (mistakes.length > 0) return { mistakes };
    const found = rows(await findAll(inputs, old, tell));
    if (found.some(({ level }) => level === "error")) return { mistakes: [failure(found)] };
    if (found.length > 0) tell.warn(warning(found));
    return { learned: hostKeysOf(inputs, old) };
  },
  create: async ({ cluster, hostKeys }) => ({ id: `${cluster}/preflight`, outputs: { hostKeys } }),
  update: async (_id, { hostKeys }) => ({ hostKeys }),
};

/** Also who leaves the cluster. */
function lockedTogether(machines: Record<string, Probed>): void {
  const members = Object.entries(machines).map(([name, { connection }]) => ({ name, connection }));
  changeTogether(
    members,
    members.filter(({ name }) => machines[name]?.role === "server"),
  );
}

/** The keys that were learned, now and before; a host that is not declared any more is forgotten. */
function hostKeysOf({ machines }: PreflightInputs, old: PreflightInputs | undefined): PreflightOutputs {
  const connections = Object.values(machines).map(({ connection }) => connection);
  const news = connections.filter((connection) => unlearned(connection, old?.hostKeys).length > 0);
  const known: HostKeys = Object.assign({}, old?.hostKeys, ...news.map(learnedFrom));
  const ways = connections.flatMap(learnable).filter((way) => way in known);
  if (ways.length === 0 && !old?.hostKeys) return {};
  return { hostKeys: Object.fromEntries(ways.map((way) => [way, known[way] as string])) };
}

async function findAll(
  inputs: PreflightInputs,
  old: PreflightInputs | undefined,
  tell: Tell,
): Promise<Found[]> {
  const { cluster, version, minima = {}, findings = {}, flannelBackend = "vxlan" } = inputs;
  const { mirror, mirrorProxy, etcd = true, balancers, adopt } = inputs;
  const { hostKeys = {} } = old ?? {};
  const fetching =
    [version, mirror, inputs.mirrorProxy].join() !== [old?.version, old?.mirror, old?.mirrorProxy].join();
  const balancing = old !== undefined && !equal(balancers, old.balancers);
  const fresh = Object.entries(inputs.machines).filter(
    ([name, probed]) =>
      fetching ||
      balancing ||
      !equal(probed, old?.machines?.[name]) ||
      unlearned(probed.connection, hostKeys).length > 0,
  );
  const looks = await Promise.all(fresh.map(([name]) => look(name, inputs, old, tell)));
  const scene = {
    cluster,
    version,
    minima: {
      server: { ...defaults.server, ...minima.server },
      agent: { ...defaults.agent, ...minima.agent },
    },
    flannelBackend,
    mirror,
    mirrorProxy,
    etcd,
    balancers,
    adopt,
    machines: looks.filter((look) => "facts" in look),
  };
  const unseen = looks.filter((look) => "what" in look).filter(({ level }) => level !== "ignore") as Found[];
  return [...unseen, ...complaints(scene, findings)];
}

type Unseen = Omit<Found, "level"> & { level: Override };

async function look(
  name: string,
  inputs: PreflightInputs,
  old: PreflightInputs | undefined,
  tell: Tell,
): Promise<Seen | Unseen> {
  const { findings = {}, nodeIps = {}, adopt } = inputs;
  const { role, connection } = inputs.machines[name] as Probed;
  const before = old?.machines?.[name];
  tell(`looking at ${name}`);
  try {
    const known = connect(name, remembering(connection, old?.hostKeys ?? {}));
    const variables = probeVariables(name, inputs, old);
    const facts = parseFacts(await known.run(probe(), { variables, deadline: patience }));
    const now = Number(fact(facts, "time"));
    const ahead = now > 0 ? now - Date.now() / 1_000 : 0;
    const foreign = adopt?.nodes[name] && !fact(facts, "owner") && holdsK3s(facts);
    const running = foreign ? await runningOn(known) : undefined;
    return {
      name,
      role,
      address: placeOf(connection),
      before: before && placeOf(before.connection),
      nodeIp: nodeIps[name],
      facts,
      ...(running ? { running } : {}),
      ahead,
    };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const finding = connectionFindings[error.kind];
    const remedy = error.remedy.replace(/\.$/, "");
    return { machine: name, name: finding, level: levelOf(finding, findings), what: error.reason, remedy };
  }
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
