import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { MachineInputs } from "./provider";

/** One machine's artifacts, staged and verified. */
export class Machine extends HostedResource {
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, args: Args<MachineInputs>, options: pulumi.CustomResourceOptions) {
    super("Machine", name, { ...args, sha256: undefined }, options);
  }
}
