import { parse } from "yaml";
import { configFile, type NodeConfig, registrationFile } from "./config";
import { constants } from "./constants";
import { effective, type Settings, UnreadableFile } from "./effective";
import { isList, variables } from "./flags";
import { overriding, type Running, startOf, variablesIn } from "./running";
import { environmentIn } from "./systemd";
import { unitFile, unitName } from "./unit";
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

/** Whether there is one unit of k3s's own name that starts k3s itself, in the role that is declared. */
function unfitUnit(running: Running, { config: { role } }: Wanted): Refusal[] {
  const { unit, units, file } = running;
  const other = units.filter((name) => name !== `${unit}.service`).join(", ");
  const byHand = "start it by a unit as k3s's own installer writes it";
  if (!unit || !file)
    return [
      {
        cause: `neither k3s.service nor k3s-agent.service starts it${other && `; there is ${other}`}`,
        next: byHand,
      },
    ];
  const { words } = startOf(running);
  const [binary = "", command = ""] = words;
  if (file.path.startsWith("/run/"))
    return [{ cause: `its unit is ${file.path}, which is gone after a reboot`, next: byHand }];
  if (!/(^|\/)k3s$/.test(binary) || !["server", "agent"].includes(command))
    return [
      { cause: `${file.path} starts ${binary || "nothing"}, and not k3s server or k3s agent`, next: byHand },
    ];
  if (command !== role)
    return [
      {
        cause: `it runs as ${command}, and is to be ${role}`,
        next: `list the machine among the ${command}s`,
      },
    ];
  if (unit !== unitName(role))
    return [
      { cause: `${unit}.service starts it as ${role}`, next: `have ${unitName(role)}.service do that` },
    ];
  return overriding(running).map((path) => ({
    cause: `${path} changes what its unit starts, and would go on doing so`,
    next: "move that into the unit or into /etc/rancher/k3s/config.yaml",
  }));
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

function staying({ environment, unit }: Running) {
  const read = environmentFilesOf(unit);
  return environment.filter(({ path }) => read.includes(path));
}

/** Those of our unit, save the one that we write. */
function environmentFilesOf(unit: string): string[] {
  const found = unitFile("server").matchAll(/^EnvironmentFile=-(\/etc\/(?:default|sysconfig)\/)%N$/gm);
  return [...found].map(([, folder]) => `${folder}${unit}`);
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

/** By their names: a proxy may hold a password. Those that stand for a flag are compared as that. */
function environmentDifferences(running: Running, { environment = "" }: Wanted): string[] {
  const own = { ...startOf(running).environment, ...variablesIn(running.environment) };
  const is = withoutFlags(own);
  const becomes = withoutFlags({ ...variablesIn(staying(running)), ...environmentIn(environment) });
  const names = [...new Set([...Object.keys(is), ...Object.keys(becomes)])].sort();
  return names
    .filter((name) => is[name] !== becomes[name])
    .map((name) => {
      if (becomes[name] === undefined) return `the variable ${name} goes`;
      return `the variable ${name} ${is[name] === undefined ? "comes" : "changes"}`;
    });
}

function withoutFlags(environment: Record<string, string>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name, value]) => value !== "" && !(name in variables));
  return Object.fromEntries(
    kept.map(([name, value]) => [/_proxy$/i.test(name) ? name.toUpperCase() : name, value]),
  );
}

function registriesDifference({ registries = "" }: Running, wanted: Wanted): string[] {
  if (wanted.registries === undefined) return [];
  const same = JSON.stringify(yaml(registries)) === JSON.stringify(yaml(wanted.registries));
  return same ? [] : [registries ? "registries.yaml changes" : "registries.yaml comes"];
}

function yaml(text: string): unknown {
  try {
    return sorted(parse(text, { version: "1.1", logLevel: "error" }));
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
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
