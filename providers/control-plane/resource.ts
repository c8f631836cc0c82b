import type * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../resource";
import type { Args } from "../resource-args";
import type { ControlPlaneInputs } from "./provider";

/** The servers together, verified; what agents and other stacks need comes from here. */
export class ControlPlane extends HostedResource {
  declare readonly kubeconfig: pulumi.Output<string>;
  declare readonly caCertificate: pulumi.Output<string>;
  declare readonly caHash: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;
  declare readonly agentToken: pulumi.Output<string>;
  declare readonly clusterId: pulumi.Output<string>;

  constructor(name: string, args: Args<ControlPlaneInputs>, options: pulumi.CustomResourceOptions) {
    super(
      "ControlPlane",
      name,
      {
        ...args,
        kubeconfig: undefined,
        caCertificate: undefined,
        caHash: undefined,
        token: undefined,
        agentToken: undefined,
        clusterId: undefined,
      },
      { ...options, additionalSecretOutputs: ["kubeconfig", "token", "agentToken"] },
    );
  }
}
