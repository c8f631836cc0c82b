import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Machine, Manifest } from "../manifest/schema";
import type { Connection } from "../providers/connection";
import { ControlPlane } from "../providers/control-plane/resource";
import { Membership } from "../providers/membership/resource";
import { Preflight } from "../providers/preflight/resource";
import { K3sAgent } from "./k3s-agent";
import { K3sServer } from "./k3s-server";
import { defaultPatience, type NodeArgs } from "./machine-args";

/** What a manifest says, and tokens as secrets where they do not come from it. */
export interface K3sClusterArgs extends Omit<Manifest, "token" | "agentToken"> {
  /** What servers join with; default: made once and kept. */
  token?: pulumi.Input<string>;
  /** What agents join with; default: made once and kept. */
  agentToken?: pulumi.Input<string>;
}

/** A whole cluster: first server, other servers together, control plane verified, agents together. */
export class K3sCluster extends pulumi.ComponentResource {
  /** The administrator's kubeconfig, turned to the endpoint. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Where the API is reached: https://<address>:<port>. */
  readonly endpoint: pulumi.Output<string>;
  /** The server token in its CA-pinned form. Secret. */
  readonly token: pulumi.Output<string>;
  /** The agent token in its CA-pinned form. Secret. */
  readonly agentToken: pulumi.Output<string>;
  /** The certificate that every server's certificate comes from. */
  readonly caCertificate: pulumi.Output<string>;
  /** The identity that the cluster keeps for as long as it lives. */
  readonly clusterId: pulumi.Output<string>;
  readonly servers: string[];
  readonly agents: string[];
  readonly version: string;

  constructor(name: string, args: K3sClusterArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-k3s-cluster:index:K3sCluster", name, {}, options);
    const child = { parent: this };
    const [first, ...others] = args.servers;
    if (!first) throw new pulumi.RunError(`K3sCluster "${name}": give at least one server.`);
    refuseHooks(name, [...args.servers, ...args.agents]);
    const token = args.token ?? made(`${name}-token`, child);
    const agentToken = args.agentToken ?? made(`${name}-agent-token`, child);

    const preflight = new Preflight(name, { cluster: name, machines: probes(args) }, child);
    const membership = new Membership(name, { servers: args.servers.map((server) => server.name) }, child);

    const serverArgs = (server: Machine) => ({
      ...nodeArgs(name, args, server, preflight.id),
      agentToken,
      tlsSans: args.tlsSans,
      disable: args.disable,
      membership: membership.id,
      verify: false,
    });
    const begins = new K3sServer(first.name, { ...serverArgs(first), token }, child);
    const joining = others.map(
      (server) => new K3sServer(server.name, { ...serverArgs(server), server: begins }, child),
    );

    const servers = [begins, ...joining];
    const endpoint = args.endpoint ?? { address: first.host, port: 6443 };
    const controlPlane = new ControlPlane(
      name,
      {
        cluster: name,
        servers: args.servers.map((server) => ({ name: server.name, connection: connectionOf(server) })),
        nodes: servers.map((server) => server.joinToken),
        endpoint,
        patience: defaultPatience,
      },
      child,
    );

    const join = { url: `https://${endpoint.address}:${endpoint.port}`, token: controlPlane.agentToken };
    for (const agent of args.agents) {
      new K3sAgent(agent.name, { ...nodeArgs(name, args, agent, preflight.id), server: join }, child);
    }

    this.kubeconfig = controlPlane.kubeconfig;
    this.endpoint = pulumi.output(join.url);
    this.token = controlPlane.token;
    this.agentToken = controlPlane.agentToken;
    this.caCertificate = controlPlane.caCertificate;
    this.clusterId = controlPlane.clusterId;
    this.servers = args.servers.map((server) => server.name);
    this.agents = args.agents.map((agent) => agent.name);
    this.version = args.version;
    this.registerOutputs({ endpoint: this.endpoint, clusterId: this.clusterId });
  }
}

/** Better refused than silently not run. */
function refuseHooks(name: string, machines: Machine[]): void {
  const hooked = machines.filter(({ hooks }) => hooks.before.length + hooks.after.length > 0);
  if (hooked.length === 0) return;
  const names = hooked.map((machine) => machine.name).join(", ");
  throw new pulumi.RunError(
    `K3sCluster "${name}": hooks are not run by this version; take them away from ${names}.`,
  );
}

function made(name: string, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new RandomPassword(name, { length: 48, special: false }, options).result;
}

function probes({ servers, agents }: K3sClusterArgs) {
  const probed = (role: "server" | "agent") => (machine: Machine) =>
    [machine.name, { role, connection: connectionOf(machine) }] as const;
  return Object.fromEntries([...servers.map(probed("server")), ...agents.map(probed("agent"))]);
}

function nodeArgs(
  cluster: string,
  { version, artifacts }: K3sClusterArgs,
  machine: Machine,
  preflight: pulumi.Output<string>,
): NodeArgs {
  return {
    cluster,
    version,
    preflight,
    mirror: artifacts.mirror,
    images: artifacts.images,
    connection: connectionOf(machine),
    labels: machine.labels,
    nodeIp: machine.nodeIp,
    config: machine.config,
  };
}

function connectionOf({ host, ssh }: Machine): Connection {
  return { host, ...ssh };
}
