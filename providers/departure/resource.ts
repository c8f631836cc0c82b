import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { DepartureInputs } from "./provider";

/** Who is in the cluster; whoever is not any more leaves it in order. */
export class Departure extends HostedResource {
  constructor(name: string, args: Args<DepartureInputs>, options: pulumi.CustomResourceOptions) {
    // What they were is kept where leaving fails, and may hold passwords that what they are does not.
    super("Departure", name, args, { ...options, additionalSecretOutputs: ["servers", "agents", "former"] });
  }
}
