import { argumentName, withArguments } from "./arguments";

/** etcd's own values, in place of k3s's, which are five times as long. */
const times = ["heartbeat-interval=100", "election-timeout=1000"];

/**
 * A server's configuration by which etcd notices within two seconds that its leader is gone, and not within ten: until there
 * is another one nobody reads from it. The times belong together, so that a user who gives one has given both.
 */
export function withElection<Value>(config: Record<string, Value>): Record<string, Value | string[]> {
  return withArguments(config, "etcd-arg", (given) => {
    const names = given.map(argumentName);
    return times.some((time) => names.includes(argumentName(time))) ? [] : times;
  });
}
