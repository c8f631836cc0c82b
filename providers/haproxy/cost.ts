import { haproxy } from "../../balancer/paths";
import { configuration } from "./configuration";
import type { HaProxyInputs } from "./provider";

/** What clients will notice of a change. */
export function cost(
  changed: readonly (keyof HaProxyInputs)[],
  state: HaProxyInputs,
  inputs: HaProxyInputs,
): string {
  const { machine } = inputs;
  const seen = (key: "unit" | "package", what: string) => changed.includes(key) && state[key] === what;
  if (changed.includes("unit") && !state.unit?.startsWith("active,"))
    return `changing it starts HAProxy on ${machine}`;
  if (seen("unit", "active, enabled, silent") || lost(state, `${haproxy.unit}.service`))
    return restarts(machine);
  if (changed.includes("form") && unitForm(state) !== unitForm(inputs)) return restarts(machine);
  const reloads = changed.includes("form") || lost(state, haproxy.config) || lost(state, haproxy.ca);
  if (reloads || configuration(state).mark !== configuration(inputs).mark)
    return `changing it reloads HAProxy on ${machine}; no connection is dropped`;
  if (seen("package", "missing")) return `changing it installs HAProxy on ${machine}, which goes on`;
  return `changing it touches nothing that runs on ${machine}`;
}

function restarts(machine: string): string {
  return `changing it restarts HAProxy on ${machine} when it is its turn; connections through it end`;
}

function unitForm({ form = "" }: HaProxyInputs): string {
  return form.split("/")[1] ?? "1";
}

/** Whether a file, by the end of its path, is not what it was. */
function lost({ files = "" }: HaProxyInputs, path: string): boolean {
  return files
    .split("; ")
    .some((file) => [" missing", " changed"].some((what) => file.endsWith(path + what)));
}
