import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { NodeInputs } from "./provider";

/** One machine as a member of the cluster. */
export class Node extends HostedResource {
  declare readonly joinToken: pulumi.Output<string>;
  /** The password that agents join with; servers only. */
  declare readonly agentToken: pulumi.Output<string>;

  constructor(name: string, args: Args<NodeInputs>, options: pulumi.CustomResourceOptions) {
    super(
      "Node",
      name,
      { ...args, joinToken: undefined },
      {
        ...options,
        additionalSecretOutputs: ["joinToken", "agentToken", "registries", "environment", "datastore"],
      },
    );
  }
}
