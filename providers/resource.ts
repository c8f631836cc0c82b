import * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic resource whose provider is a constant text: it only finds the compiled host and asks it for
 * the kind. So state stays small, and a change of our code is no change of any resource.
 */
export abstract class HostedResource extends pulumi.CustomResource {
  constructor(kind: string, name: string, props: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const row = rowUrn(kind, name, options.parent);
    super(typeOf(kind), name, { ...props, row, __provider: providerText(kind) }, options);
  }
}

function typeOf(kind: string): string {
  return `pulumi-nodejs:dynamic/k3s:${kind}`;
}

function providerText(kind: string): string {
  return `exports.handler = () => {
  let host;
  try { host = require.resolve("pulumi-k3s-cluster/dist/providers/host.js"); }
  catch { host = require.resolve("./dist/providers/host.js"); }
  return require(host).load("${kind}");
};`;
}

/** The engine does not tell a provider the URN that log lines need; it is composed of the same parts. */
function rowUrn(kind: string, name: string, parent: pulumi.Resource | undefined): string {
  const types = [...typesOf(parent), typeOf(kind)].join("$");
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
}

interface Linked {
  __pulumiType?: string;
  __parentResource?: Linked;
}

function typesOf(resource: unknown): string[] {
  const { __pulumiType: type, __parentResource: parent } = (resource ?? {}) as Linked;
  if (!type || type === "pulumi:pulumi:Stack") return [];
  return [...typesOf(parent), type];
}
