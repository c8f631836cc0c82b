import { paths } from "../../k3s/config";
import { parseToken } from "../../k3s/token";
import { connect } from "../connection";
import { StepError } from "../failure";
import { changedConstants } from "./constants";
import type { NodeInputs } from "./provider";
import { checking, versionComplaints } from "./version";

/** What keeps a node from being made or changed as it is asked for, and what to do about it. */
export interface Complaint {
  cause: string;
  next: string;
}

/** All that is known to go wrong before anything is done. */
export async function complaints(inputs: NodeInputs, old: NodeInputs | undefined): Promise<string[]> {
  const machine = inputs.config.name;
  const found = old
    ? [
        ...(await changedVersion(inputs, old)),
        ...changedTokens(inputs, old),
        ...changedDatastore(inputs, old),
        ...changedConstants(inputs.config, old.config),
        ...lostData(inputs, old),
      ]
    : trusting(inputs);
  return found.map((each) => new StepError({ machine, step: checking, ...each }).message);
}

async function changedVersion(inputs: NodeInputs, old: NodeInputs): Promise<Complaint[]> {
  const { config, connection, version } = inputs;
  if (version === old.version) return [];
  return versionComplaints(connect(config.name, connection), { from: old.version, to: version });
}

/** A token without the hash of a CA would be shown to whoever answers. */
function trusting({ config, join = config.join, token }: NodeInputs): Complaint[] {
  if (!join || parseToken(token).caHash) return [];
  const file = `/var/lib/rancher/k3s/server/${config.role === "server" ? "token" : "agent-token"}`;
  return [
    {
      cause: `its token names no CA, so that it would trust whoever answers at ${join}`,
      next: `give it in full, K10… (on a server: ${file})`,
    },
  ];
}

function changedTokens(inputs: NodeInputs, old: NodeInputs): Complaint[] {
  // Nobody rotates those of a cluster that was not made here.
  const rotates = inputs.rotate?.tokens !== old.rotate?.tokens && !inputs.elsewhere && !old.elsewhere;
  if (rotates) return [];
  const changed = (name: "token" | "agentToken") =>
    parseToken(inputs[name] ?? "").password !== parseToken(old[name] ?? "").password;
  // What stands in for tokens that the cluster has reaches no machine.
  const stands = (name: "token" | "agentToken") => [inputs, old].some(({ adopt }) => adopt?.includes(name));
  const names = (["token", "agentToken"] as const).filter((name) => !stands(name));
  return names.filter(changed).map((name) => ({
    cause: `its ${name === "token" ? "token" : "agent token"} would change, and running nodes would be locked out`,
    next: "give the one that it has, or give tokens.rotate another value as well",
  }));
}

/** k3s takes what is in its file over into etcd when it starts with that; there is no way back, nor any other. */
function changedDatastore({ datastore }: NodeInputs, old: NodeInputs): Complaint[] {
  const [now, before] = [datastore?.kind ?? "etcd", old.datastore?.kind ?? "etcd"];
  if (now === before || (before === "sqlite" && now === "etcd")) return [];
  return [
    {
      cause: `its datastore would become ${now}, and the cluster's state is in ${before}`,
      next: `give datastore.kind: ${before}`,
    },
  ];
}

/** What a server has lost nobody can make again; started without it, it would begin another cluster. */
function lostData({ config, datastore }: NodeInputs, old: NodeInputs): Complaint[] {
  const kept = config.role === "agent" || datastore?.kind === "external";
  if (kept || !(old.files ?? "").includes(`${paths.data} missing`)) return [];
  return [
    {
      cause: `the cluster's data is gone from it (${paths.data}), and starting it would begin another cluster`,
      next: "put the folder back and refresh, or take the machine out of the manifest",
    },
  ];
}
