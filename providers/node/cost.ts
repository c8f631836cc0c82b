import { configFile, paths, type Role } from "../../k3s/config";
import { unitName } from "../../k3s/unit";
import { lost } from "./observe";
import type { NodeInputs } from "./provider";

/** What everything that runs on the node will notice of a change; a refresh says it, too, which changes nothing. */
export function cost(
  changed: readonly (keyof NodeInputs)[],
  state: NodeInputs,
  inputs: NodeInputs,
): string | undefined {
  const { config, role } = { ...inputs, role: inputs.config.role };
  const unit = unitName(role);
  const { drain, version, api } = inputs;
  const drained = drain && version !== state.version && (role === "server" || api);
  const pods = drained ? "go elsewhere before" : "go on";
  if (restarts(state, inputs)) return `changing it restarts ${unit} on ${config.name}; its pods ${pods}`;
  if (changed.includes("unit") && !state.unit?.startsWith("active,"))
    return `changing it starts ${unit} on ${config.name}`;
  return `changing it restarts nothing on ${config.name}`;
}

/** Whether k3s has to start again for it. */
export function restarts(state: NodeInputs, inputs: NodeInputs): boolean {
  const { version, sha256 } = inputs;
  if (version !== state.version || sha256 !== state.sha256) return true;
  if (rotated(state, inputs)) return true;
  return (
    settings(state) !== settings(inputs) || lost(state) || rewritten(state, inputs.config.role).length > 0
  );
}

/** Tokens matter to an agent only when it starts; a server goes by them until it starts again. */
function rotated(state: NodeInputs, { config, rotate }: NodeInputs): boolean {
  const tokens = config.role === "server" && rotate?.tokens !== state.rotate?.tokens;
  return tokens || rotate?.certificates !== state.rotate?.certificates;
}

/** What k3s runs on besides its binary, as texts. */
export function settings({ config, datastore, registries, environment }: NodeInputs): string {
  return JSON.stringify([configFile({ ...config, datastore }), registries, environment]);
}

/** The files that k3s runs on and whose text is written again: not what it only reads when it registers, nor what it does not. */
function rewritten({ files = "" }: NodeInputs, role: Role): string[] {
  const unread = /registration|snapshot-tokens/;
  const told = files.split("; ").filter((file) => / (missing|changed)$/.test(file) && !unread.test(file));
  return role === "agent" ? told.filter((file) => !file.startsWith(`${paths.token} `)) : told;
}
