import { type Connection, connect } from "../connection";
import { advised } from "../failure";
import { script } from "../script";
import type { Resource } from "../wire";

export interface MachineInputs {
  name: string;
  connection: Connection;
  version: string;
  /** Where the release's files are: the official address or a mirror of its layout, version included. */
  release: string;
  images: boolean;
  /** Nothing is fetched before the machines were looked at. */
  preflight: string;
}

export interface MachineOutputs {
  /** Of the binary that was staged. */
  sha256: string;
}

const minutes = (count: number) => count * 60_000;

/** One machine's artifacts: fetched, verified and unpacked, without touching what runs. */
export const machine: Resource<MachineInputs, MachineOutputs> = {
  createOnly: ["preflight"],
  create: async (inputs, tell) => ({ id: inputs.name, outputs: await stage(inputs, tell) }),
  update: async (_id, inputs, _state, tell) => stage(inputs, tell),
  delete: async (_id, { name, connection, version }, tell) => {
    tell("removing k3s");
    await connect(name, connection).run(script("unstage"), {
      variables: { VERSION: version },
      deadline: minutes(1),
    });
  },
};

async function stage(inputs: MachineInputs, tell: (step: string) => void): Promise<MachineOutputs> {
  const { name, connection, version, release, images } = inputs;
  const step = `fetching k3s ${version}`;
  tell(step);
  const options = {
    variables: { VERSION: version, BASE: release, IMAGES: images ? "yes" : "no" },
    deadline: minutes(10),
  };
  const sha256 = await connect(name, connection)
    .run(script("stage"), options)
    .catch((error) => {
      throw advised(step, error, {
        65: "correct the mirror, or remove what changes files on the way; nothing was installed",
        69: "check that the machine reaches this address, or name a mirror that it reaches (artifacts.mirror)",
      });
    });
  return { sha256: sha256.trim() };
}
