import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { HaProxyInputs } from "./provider";

/** One machine's HAProxy in front of the servers. */
export class HaProxy extends HostedResource {
  constructor(name: string, args: Args<HaProxyInputs>, options: pulumi.CustomResourceOptions) {
    super("HaProxy", name, args, options);
  }
}
