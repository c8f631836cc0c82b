import type { Machine } from "../remote/machine";
import { machine } from "../remote/pool";
import type { SshTarget } from "../remote/target";

/** How a machine is reached, as it is kept in state: names of keys, never keys. */
export type Connection = Omit<SshTarget, "transport" | "privateKey" | "apart">;

export function connect(name: string, connection: Connection, how: Pick<SshTarget, "apart"> = {}): Machine {
  return machine(name, { transport: "ssh", ...connection, ...how });
}

/** A machine of a cluster, by the name that its user gives it. */
export interface Member {
  name: string;
  connection: Connection;
}
