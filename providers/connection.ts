import type { Machine } from "../remote/machine";
import { machine } from "../remote/pool";
import type { SshTarget } from "../remote/target";

/** How a machine is reached, as it is kept in state: names of keys, never keys. */
export type Connection = Omit<SshTarget, "transport" | "privateKey">;

export function connect(name: string, connection: Connection): Machine {
  return machine(name, { transport: "ssh", ...connection });
}

/** A machine of a cluster, by the name that its user gives it. */
export interface Member {
  name: string;
  connection: Connection;
}
