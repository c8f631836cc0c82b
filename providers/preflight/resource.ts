import type * as pulumi from "@pulumi/pulumi";
import type { HostKeys } from "../host-keys";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { PreflightInputs } from "./provider";

/** One look at all machines of a cluster, before anything else. */
export class Preflight extends HostedResource {
  declare readonly hostKeys: pulumi.Output<HostKeys | undefined>;

  constructor(name: string, args: Args<PreflightInputs>, options: pulumi.CustomResourceOptions) {
    super("Preflight", name, { ...args, hostKeys: undefined }, options);
  }
}
