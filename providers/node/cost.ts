import { configFile } from "../../k3s/config";
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
  if (restarts(state, inputs)) return `changing it restarts ${unit} on ${config.name}; its pods go on`;
  if (changed.includes("unit") && !state.unit?.startsWith("active,"))
    return `changing it starts ${unit} on ${config.name}`;
  return `changing it restarts nothing on ${config.name}`;
}

/** Whether k3s has to start again for it. */
export function restarts(state: NodeInputs, inputs: NodeInputs): boolean {
  const { version, sha256 } = inputs;
  if (version !== state.version || sha256 !== state.sha256) return true;
  return settings(state) !== settings(inputs) || lost(state) || rewritten(state).length > 0;
}

/** What k3s runs on besides its binary, as texts. */
export function settings({ config, datastore, registries, environment }: NodeInputs): string {
  return JSON.stringify([configFile({ ...config, datastore }), registries, environment]);
}

/** The files that k3s runs on and whose text is written again: not what it only reads when it registers, nor what it does not. */
function rewritten({ files = "" }: NodeInputs): string[] {
  return files
    .split("; ")
    .filter((file) => / (missing|changed)$/.test(file) && !/registration|snapshot-tokens/.test(file));
}
