import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { PreflightInputs } from "./provider";

/** One look at all machines of a cluster, before anything else. */
export class Preflight extends HostedResource {
  constructor(name: string, args: Args<PreflightInputs>, options: pulumi.CustomResourceOptions) {
    super("Preflight", name, args, options);
  }
}
