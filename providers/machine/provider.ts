import { script } from "../../remote/script";
import { type Connection, connect } from "../connection";
import { isGone } from "../gone";
import { minutes } from "../minutes";
import { isMissing } from "../missing";
import type { Resource, Tell } from "../wire";
import { measureDisk, type SlowDisk } from "./measure-disk";
import { type Release, stage } from "./stage";

export interface MachineInputs extends Release {
  name: string;
  connection: Connection;
  /** How to take it that the disk under a server's database is slow; absent where there will be none. */
  disk?: SlowDisk;
  /** What has become of it, in words. */
  staged?: string;
  /** Nothing is fetched before the machines were looked at. */
  preflight: string;
}

export interface MachineOutputs {
  /** Of the binary that was staged. */
  sha256: string;
}

const released = "as released";

/** One machine's artifacts: fetched, verified and unpacked, without touching what runs. */
export const machine: Resource<MachineInputs, MachineOutputs> = {
  outputs: ["sha256"],
  // What they came through, and how their disk is taken, change nothing of what is there.
  createOnly: ["preflight", "proxy", "disk"],
  check: () => ({ learned: { staged: released } }),
  changes: ({ name, connection }) => ({ name, connection }),
  create: async (inputs, tell, begun) => {
    const outputs = { sha256: await stage(inputs, tell) };
    // From here on there is something to remove.
    begun(inputs.name, outputs);
    await measure(inputs, tell);
    return { id: inputs.name, outputs };
  },
  update: async (_id, inputs, _state, tell) => {
    const outputs = { sha256: await stage(inputs, tell, { etcd: inputs.disk !== undefined }) };
    await measure(inputs, tell);
    return outputs;
  },
  isMissing: ({ name, connection, version }) =>
    isMissing(connect(name, connection), `/usr/local/lib/k3s/${version}/k3s`),
  read: async (_id, { name, connection, version, sha256 }, tell) => {
    tell("looking at what is staged");
    const options = { variables: { VERSION: version }, deadline: minutes(1) };
    const found = (await connect(name, connection).run(script("read-machine"), options)).trim();
    return { staged: found === sha256 ? released : found ? "changed" : "missing" };
  },
  delete: async (_id, { name, connection }, tell) => {
    if (isGone(connection)) return;
    tell("removing k3s");
    await connect(name, connection).run(script("unstage"), { deadline: minutes(2) });
  },
};

/** Also in an update, which may complete what was refused; where there is a database by now, nothing is measured. */
async function measure({ name, connection, disk }: MachineInputs, tell: Tell): Promise<void> {
  if (disk) await measureDisk(connect(name, connection), disk, tell);
}
