import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { KeepalivedInputs } from "./inputs";

/** One machine as one of those that may have the virtual addresses. */
export class Keepalived extends HostedResource {
  /** The interface that the machine's address is on. */
  declare readonly device: pulumi.Output<string>;

  constructor(name: string, args: Args<KeepalivedInputs>, options: pulumi.CustomResourceOptions) {
    super("Keepalived", name, { ...args, device: undefined }, options);
  }
}
