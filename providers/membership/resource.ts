import * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { Former } from "./former";
import type { MembershipInputs } from "./provider";

/** Who is a server, and whether that may change. */
export class Membership extends HostedResource {
  declare readonly former: pulumi.Output<Former[]>;

  constructor(name: string, args: Args<MembershipInputs>, options: pulumi.CustomResourceOptions) {
    // How they are reached may hold passwords that nothing of the present has. A secret also as what is found out.
    const former = pulumi.secret([] as Former[]);
    super("Membership", name, { ...args, former }, { ...options, additionalSecretOutputs: ["former"] });
  }
}
