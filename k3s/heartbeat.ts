import { argumentName, withArguments } from "./arguments";

/** Kubernetes has 10 s. */
const frequency = "node-status-update-frequency=4s";

/**
 * An agent's configuration by which its kubelet waits no longer than 4 s for an answer when it renews its Lease: what was on
 * its way to a leader of etcd that died is never answered, and the next attempt finds the next leader. The same argument says
 * how often the kubelet looks at its own node, of which it still tells the API what changed, or all every five minutes.
 */
export function withHeartbeat<Value>(config: Record<string, Value>): Record<string, Value | string[]> {
  return withArguments(config, "kubelet-arg", (given) =>
    given.map(argumentName).includes(argumentName(frequency)) ? [] : [frequency],
  );
}
