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
  if (restarts(changed, state, inputs))
    return `changing it restarts ${unit} on ${config.name}; its pods go on`;
  if (changed.includes("unit") && !state.unit?.startsWith("active,"))
    return `changing it starts ${unit} on ${config.name}`;
  return `changing it restarts nothing on ${config.name}`;
}

function restarts(changed: readonly (keyof NodeInputs)[], state: NodeInputs, inputs: NodeInputs): boolean {
  const always: (keyof NodeInputs)[] = ["version", "sha256", "registries", "environment", "datastore"];
  if (changed.some((key) => always.includes(key))) return true;
  const text = ({ config, datastore }: NodeInputs) => configFile({ ...config, datastore });
  return text(state) !== text(inputs) || lost(state) || rewritten(state).length > 0;
}

/** The files that k3s runs on and whose text is written again; what it only reads when it registers is none. */
function rewritten({ files = "" }: NodeInputs): string[] {
  return files
    .split("; ")
    .filter((file) => / (missing|changed)$/.test(file) && !file.includes("registration"));
}
