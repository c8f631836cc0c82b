import { configFile, type NodeConfig, registrationFile } from "./config";
import { constants } from "./constants";
import { effective, type Settings, UnreadableFile } from "./effective";
import { isList } from "./flags";
import { type Running, startOf, variablesIn } from "./running";
import { environmentDifferences, registriesDifference, staying } from "./surroundings";
import { unfitUnit } from "./unfit-unit";
import { unmanageable } from "./unmanageable";

/** What a node is to be. */
export interface Wanted {
  config: NodeConfig;
  datastore?: NodeConfig["datastore"];
  version: string;
  /** The text of registries.yaml; without it there is none of ours. */
  registries?: string;
  /** The text of the unit's environment file; without it there is none of ours. */
  environment?: string;
}

/** Why something cannot be taken over as it is, and what to do about it. */
export interface Refusal {
  cause: string;
  next: string;
}

export interface Judgement {
  refusals: Refusal[];
  /** What of its configuration would be another one, so that k3s has to start again. */
  differences: string[];
}

/** What it takes for a k3s that somebody else installed to become the node that is declared. */
export function judge(running: Running, wanted: Wanted): Judgement {
  const structure = unfitUnit(running, wanted);
  if (structure.length > 0) return { refusals: structure, differences: [] };
  try {
    const is = settingsNow(running);
    const becomes = settingsThen(running, wanted);
    const changed = changedKeys(is, becomes);
    return {
      refusals: [
        ...otherVersion(running, wanted),
        ...otherName(is, running, wanted),
        ...otherDatastore(is, running, wanted),
        ...unmanageable(is),
        ...changed.filter((key) => fixed(wanted)[key]).map((key) => unlike(key, is, fixed(wanted)[key])),
      ],
      differences: [
        ...changed.filter((key) => !fixed(wanted)[key]).map((key) => difference(key, is, becomes)),
        ...environmentDifferences(running, wanted),
        ...registriesDifference(running, wanted),
        ...(running.unfinished ? ["a run that was cut off had not restarted it yet"] : []),
      ],
    };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const paths = running.config.map(({ path }) => path).join(" or ");
    return { refusals: [{ cause: `${paths} is no YAML`, next: "correct it" }], differences: [] };
  }
}

function settingsNow(running: Running): Settings {
  const { words, environment } = startOf(running);
  const files = running.config.map(({ text }) => text);
  return effective({ words, files, environment: { ...environment, ...variablesIn(running.environment) } });
}

/** Files that our unit reads and that are nobody's stay. */
function settingsThen(running: Running, { config, datastore }: Wanted): Settings {
  const words = ["k3s", config.role];
  const files = [configFile({ ...config, datastore }), registrationFile(config)];
  return effective({ words, files, environment: variablesIn(staying(running)) });
}

/** Tokens and addresses to join are what they are; a name is compared by itself, and labels and taints are the API's. */
const aside = new Set(
  `agent-token agent-token-file cluster-init config node-label node-name node-taint server token
  token-file`.split(/\s+/),
);

function changedKeys(is: Settings, becomes: Settings): string[] {
  const keys = [...new Set([...Object.keys(is), ...Object.keys(becomes)])].sort();
  return keys.filter((key) => !aside.has(key) && is[key]?.join("\n") !== becomes[key]?.join("\n"));
}

/** Keys whose change would have to reach all nodes at once, or never. */
function fixed({ config: { role } }: Wanted): Record<string, string> {
  return role === "server" ? { ...constants, "flannel-backend": "network.flannelBackend" } : {};
}

function unlike(key: string, is: Settings, field = key): Refusal {
  const value = is[key]?.join(",");
  if (value === undefined)
    return { cause: `its cluster was made without ${key}`, next: `leave ${field} out, or at k3s's default` };
  return { cause: `its cluster was made with ${key}: ${value}`, next: `give ${field}: ${value}` };
}

const opening = /token|secret|access-key|vpn-auth|password|endpoint/;

function difference(key: string, is: Settings, becomes: Settings): string {
  if (opening.test(key)) return `${key}: another value`;
  const shown = (values: string[] | undefined) => {
    if (isList(key)) return `[${(values ?? []).join(", ")}]`;
    return values?.join() ?? "k3s's default";
  };
  return `${key}: ${shown(is[key])} → ${shown(becomes[key])}`;
}

function otherVersion({ version }: Running, wanted: Wanted): Refusal[] {
  if (version === wanted.version) return [];
  return [
    {
      cause: `it runs ${version || "an unknown version"}, and ${wanted.version} is declared`,
      next: `give version: ${version || "what it runs"} first, and another one when it is taken over`,
    },
  ];
}

function otherName(is: Settings, { hostname }: Running, { config: { name } }: Wanted): Refusal[] {
  const its = is["node-name"]?.[0] ?? hostname.toLowerCase();
  if (its === name) return [];
  return [{ cause: `its node is ${its}`, next: `give the machine the name ${its}` }];
}

function otherDatastore(is: Settings, running: Running, { config, datastore }: Wanted): Refusal[] {
  if (config.role === "agent") return [];
  const its = is["datastore-endpoint"] ? "external" : running.datastore;
  const kind = datastore?.kind ?? "etcd";
  if (its !== kind)
    return [
      {
        cause: `its cluster's state is in ${its}, and ${kind} is declared`,
        next: `give datastore.kind: ${its}`,
      },
    ];
  const endpoint = datastore?.kind === "external" ? datastore.endpoint : undefined;
  if (is["datastore-endpoint"]?.[0] === endpoint) return [];
  return [
    { cause: "its cluster's state is in another database", next: "give datastore.endpoint as it has it" },
  ];
}
