import type { Datastore } from "../manifest/datastore";
import { environmentIn, type Started, settingsOf, startedBy } from "./systemd";

/** A file with its text. */
export interface Text {
  path: string;
  text: string;
}

/** A k3s that a machine holds, as scripts/read-k3s.sh tells of it. */
export interface Running {
  /** The unit that starts it, without ".service"; empty where none of k3s's own names does. */
  unit: string;
  /** All units whose names begin as k3s's do. */
  units: string[];
  active: boolean;
  /** The unit's file; absent where there is none. */
  file?: Text;
  dropIns: Text[];
  /** The files with variables that the unit names, as far as they are there. */
  environment: Text[];
  /** config.yaml and the files of config.yaml.d, in their order. */
  config: Text[];
  registries?: string;
  /** Of its binary, such as v1.33.3+k3s1. */
  version: string;
  hostname: string;
  /** Where a server keeps the cluster's state; "external" where it has no file of its own. */
  datastore: Datastore["kind"];
  /** SHA-256 of the CA of the cluster whose server it is, or whose agent. */
  serverCa: string;
  agentCa: string;
  /** Whether a run that took it over was cut off before k3s had been restarted. */
  unfinished: boolean;
  /** Whose node the machine is. */
  owner: string;
}

/** What its unit starts, with all variables that it gets. */
export function startOf({ file, environment }: Running): Started {
  return startedBy(file?.text ?? "", variablesIn(environment));
}

/** A later file wins. */
export function variablesIn(files: readonly Text[]): Record<string, string> {
  return Object.assign({}, ...files.map(({ text }) => environmentIn(text)));
}

/** Those parts of a unit that change what is started: they would go on doing so. */
export function overriding({ dropIns }: Running): string[] {
  const changes = ({ text }: Text) =>
    settingsOf(text).some(([name]) => ["ExecStart", "Environment", "EnvironmentFile", "Type"].includes(name));
  return dropIns.filter(changes).map(({ path }) => path);
}
