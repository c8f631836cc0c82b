import type { Machine } from "../remote/machine";
import { machine } from "../remote/pool";

/** How a machine is reached, as it is kept in state: names of keys, never keys. */
export interface Connection {
  host: string;
  port?: number;
  user?: string;
  identityFile?: string;
  knownHosts?: string;
  hostKey?: string;
}

export function connect(name: string, connection: Connection): Machine {
  return machine(name, { transport: "ssh", ...connection });
}
