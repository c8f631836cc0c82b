import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandConnection } from "../providers/command-connection";
import type { Connection } from "../providers/connection";
import type { ConnectionArgs } from "./node-args";

/** Commands of the user's own, before a machine becomes a node or after it has. */
export interface Hooks {
  before?: readonly string[];
  after?: readonly string[];
}

/**
 * Runs commands on a machine as the user who logs in, one after the other until one fails; runs them again
 * when they or the way to the machine change. Nothing where there are none.
 */
export function hook(
  when: keyof Hooks,
  machine: string,
  { hooks, connection }: { hooks?: Hooks; connection: ConnectionArgs },
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const commands = hooks?.[when] ?? [];
  if (commands.length === 0) return [];
  const known = pulumi.output(connection) as pulumi.Output<Connection>;
  const args = {
    connection: known.apply((its) => commandConnection(machine, its)),
    // What fails is printed as a command line, so that the commands come another way.
    create: "/bin/sh -es",
    stdin: `{\n${commands.join("\n")}\n} </dev/null\n`,
    addPreviousOutputInEnv: false,
  };
  return [new remote.Command(`${machine}-${when}`, args, options)];
}
