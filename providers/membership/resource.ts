import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { MembershipInputs } from "./provider";

/** Who is a server, and whether that may change. */
export class Membership extends HostedResource {
  constructor(name: string, args: Args<MembershipInputs>, options: pulumi.CustomResourceOptions) {
    super("Membership", name, args, options);
  }
}
