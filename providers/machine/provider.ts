import { script } from "../../remote/script";
import { type Connection, connect } from "../connection";
import { advised } from "../failure";
import { isGone } from "../gone";
import { isMissing } from "../missing";
import type { Resource, Tell } from "../wire";
import { measureDisk, type SlowDisk } from "./measure-disk";

export interface MachineInputs {
  name: string;
  connection: Connection;
  version: string;
  /** Where the release's files are: the official address or a mirror of its layout, version included. */
  release: string;
  images: boolean;
  /** What to fetch through: nothing where it is for the machine to say, "none" for no proxy. */
  proxy?: string;
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

const minutes = (count: number) => count * 60_000;

/** One machine's artifacts: fetched, verified and unpacked, without touching what runs. */
export const machine: Resource<MachineInputs, MachineOutputs> = {
  outputs: ["sha256"],
  // What they came through, and how their disk is taken, change nothing of what is there.
  createOnly: ["preflight", "proxy", "disk"],
  check: () => ({ learned: { staged: released } }),
  changes: ({ name, connection }) => ({ name, connection }),
  create: async (inputs, tell, begun) => {
    const outputs = await stage(inputs, tell);
    // From here on there is something to remove.
    begun(inputs.name, outputs);
    await measure(inputs, tell);
    return { id: inputs.name, outputs };
  },
  update: async (_id, inputs, _state, tell) => {
    const outputs = await stage(inputs, tell);
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

async function stage(inputs: MachineInputs, tell: Tell): Promise<MachineOutputs> {
  const { name, connection, version, release, images, proxy = "" } = inputs;
  const step = `fetching k3s ${version}`;
  tell(step);
  const options = {
    variables: { VERSION: version, BASE: release, IMAGES: images ? "yes" : "no", PROXY: proxy },
    deadline: minutes(10),
    // curl repeats the whole address of a proxy that it cannot parse.
    secrets: proxy.includes("@") ? [proxy] : [],
  };
  const sha256 = await connect(name, connection)
    .run(script("stage"), options)
    .catch((error) => {
      throw advised(step, error, {
        74: "free some room there, then run this again",
        65: "correct the mirror, or remove what changes files on the way; nothing was installed",
        69: "check that the machine reaches this address, or name a mirror (artifacts.mirror) or a proxy (proxy) that it reaches",
      });
    });
  return { sha256: sha256.trim() };
}
