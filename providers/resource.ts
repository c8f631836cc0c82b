import * as pulumi from "@pulumi/pulumi";
import { shortRow, typeOf } from "./row";

/**
 * A dynamic resource whose provider is a constant text: it only finds the compiled host and asks it for
 * the kind. So state stays small, and a change of our code is no change of any resource.
 */
export abstract class HostedResource extends pulumi.CustomResource {
  constructor(kind: string, name: string, props: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const parents = typesOf(options.parent);
    const row = shortRow({ stack: pulumi.getStack(), project: pulumi.getProject(), parents, name });
    super(typeOf(kind), name, { ...props, row, __provider: providerText(kind) }, options);
  }
}

function providerText(kind: string): string {
  const load = `return require(host).load("${kind}")`;
  return `exports.handler=()=>{let host="${packaged}";try{require.resolve(host)}catch{host="${own}"}${load}}`;
}

const own = "./dist/providers/host.js";
const packaged = `pulumi-k3s-cluster/${own.slice(2)}`;

interface Linked {
  __pulumiType?: string;
  __parentResource?: Linked;
}

function typesOf(resource: unknown): string[] {
  const { __pulumiType: type, __parentResource: parent } = (resource ?? {}) as Linked;
  if (!type || type === "pulumi:pulumi:Stack") return [];
  return [...typesOf(parent), type];
}
