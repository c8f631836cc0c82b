import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { countOf } from "../manifest/upgrade";
import { ControlPlane } from "../providers/control-plane/resource";
import { Departure } from "../providers/departure/resource";
import { pinned } from "../providers/host-keys";
import { Membership } from "../providers/membership/resource";
import { Preflight } from "../providers/preflight/resource";
import { mayRun, openHealth, passwordOf, takenOver } from "./adopted";
import { frontends, inFront, reachedAt, standInFront } from "./balancers";
import {
  type Cluster,
  type ClusterMachine,
  checkedArgs,
  type K3sClusterArgs,
  type Reached,
} from "./cluster-args";
import { hook } from "./hook";
import { K3sAgent } from "./k3s-agent";
import { K3sServer } from "./k3s-server";
import { lookedAt, probed } from "./looked-at";
import { releaseOf } from "./node";
import { defaultPatience, type JoinArgs } from "./node-args";

/**
 * A whole cluster: first server, other servers, agents; and the control plane verified. Or, with `join`, nodes of one that is
 * elsewhere: where all its servers are, only who is administrator there can tell what is absent here.
 */
export class K3sCluster extends pulumi.ComponentResource {
  /** The administrator's kubeconfig, turned to the endpoint; absent without servers here. Secret. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Where the API is reached: https://<address>:<port>. */
  readonly endpoint: pulumi.Output<string>;
  /** The server token in its CA-pinned form; absent without servers here. Secret. */
  readonly token?: pulumi.Output<string>;
  /** The agent token in its CA-pinned form. Secret. */
  readonly agentToken: pulumi.Output<string>;
  /** The certificate that every server's certificate comes from; absent without servers here. */
  readonly caCertificate?: pulumi.Output<string>;
  /** The identity that the cluster keeps for as long as it lives; absent without servers here. */
  readonly clusterId?: pulumi.Output<string>;
  /** What opens the statistics page of every HAProxy; absent without one. Secret. */
  readonly statsPassword?: pulumi.Output<string>;
  readonly servers: string[];
  readonly agents: string[];
  readonly version: string;

  constructor(name: string, args: K3sClusterArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:K3sCluster", name, {}, options);
    const child = { parent: this };
    const cluster = checkedArgs(name, args);
    const { version, tlsSans, disable, artifacts, patience = defaultPatience } = cluster;
    const { datastore, registries, proxy, upgrade, tokens, certificates, join } = cluster;
    const token = cluster.token ?? made(`${name}-token`, tokens, child);
    const agentToken = cluster.agentToken ?? made(`${name}-agent-token`, tokens, child);

    const machines = {
      ...probed("server", cluster.servers),
      ...probed("agent", cluster.agents),
      ...probed("balancer", cluster.balancers),
    };
    const preflight = new Preflight(name, { cluster: name, machines, ...lookedAt(cluster) }, child);
    const known = knownBy(preflight);
    const servers = cluster.servers.map(known);
    const [first, ...others] = servers;
    const names = cluster.servers.map((server) => server.name);
    const external = datastore && pulumi.unsecret(datastore).apply(({ kind }) => kind === "external");
    const agents = cluster.agents.map(known);
    const from = releaseOf({ version, ...artifacts, proxy });
    const turn = { tokens: tokens.rotate, certificates: certificates.rotate };
    const turns = Object.values(turn).some(Boolean) ? { rotate: turn } : {};
    const common = {
      ...{ cluster: name, version, ...artifacts, registries, proxy, ...mayRun(cluster) },
      ...{ findings: cluster.preflight, preflight: preflight.id, patience, ...turns },
    };
    // From a node that is alone pods could go nowhere.
    const drains = (role: "servers" | "agents") =>
      upgrade[role].drain && (join || servers.length + agents.length > 1);
    const drainOf = (role: "servers" | "agents") => (drains(role) ? { drain: cluster.drain } : {});
    const atOnce = countOf(upgrade.agents.atOnce, agents.length);
    const elsewhere = join ? { elsewhere: join.url } : {};
    const joinedBy = (agent: ClusterMachine, given: JoinArgs) => {
      const server = { ...given, ...elsewhere };
      const drain = server.api ? drainOf("agents") : {};
      return new K3sAgent(agent.name, { ...agent, ...common, ...drain, server, atOnce }, child).ready;
    };
    const leaves = {
      ...{ cluster: name, servers: servers.map(reached), agents: agents.map(reached) },
      ...{ drain: cluster.drain, atOnce },
      ...(join ? { elsewhere: { server: join.url, drain: cluster.drain, atOnce } } : {}),
    };
    this.servers = names;
    this.agents = cluster.agents.map((machine) => machine.name);
    this.version = version;
    if (!first) {
      if (!join) throw new Error("a checked manifest has a server, or a cluster to join");
      const after = agents.map((agent) => joinedBy(agent, { url: join.url, token: join.agentsToken }));
      new Departure(name, { ...leaves, after }, child);
      this.endpoint = pulumi.output(join.url);
      this.agentToken = join.agentsToken;
      this.registerOutputs({ endpoint: this.endpoint });
      return;
    }

    const membership = new Membership(
      name,
      {
        ...{ cluster: name, servers: names, version, external, preflight: preflight.id },
        ...(join ? { elsewhere: true } : {}),
        ...{ token: pulumi.secret(token), agentToken: pulumi.secret(agentToken), rotate: tokens.rotate },
        ...{ recover: cluster.recover, restore: cluster.restore, tokenGiven: cluster.token !== undefined },
        allowSingleServer: cluster.allowSingleServer,
        members: servers.map(reached),
        releases: [...servers, ...agents].map((machine) => ({ ...reached(machine), ...from })),
      },
      child,
    );

    const balancers = cluster.balancers.map(known);
    const serverArgs = {
      ...common,
      balancers: standInFront(cluster, servers, balancers).map(reached),
      ...drainOf("servers"),
      ...{ agentToken, tlsSans, disable, datastore, membership: membership.id, verify: false },
      ...openHealth(cluster),
    };
    const begins = new K3sServer(
      first.name,
      { ...first, ...serverArgs, server: join, token, peers: others.map(reached), ...takenOver(cluster) },
      child,
    );
    const joinArgs = join ? serverArgs : { ...serverArgs, agentToken: passwordOf(begins.agentToken) };
    const joining = others.map((other) => {
      const peers = servers.filter(({ name }) => name !== other.name).map(reached);
      return new K3sServer(other.name, { ...other, ...joinArgs, server: join ?? begins, peers }, child);
    });

    const nodes = [begins, ...joining].map(({ node }) => node);
    const started = pulumi.all([preflight.id, ...nodes]).apply(([looked]) => looked ?? "");
    const { statsPassword, frontend, local } = frontends(name, cluster, {
      ...{ ca: begins.joinToken, servers, started, patience },
      parent: this,
    });
    const front = inFront(name, cluster, servers, balancers, frontend, this);

    const endpoint = reachedAt(cluster, first);
    const controlPlane = new ControlPlane(
      name,
      {
        ...{ cluster: name, servers: servers.map(reached), nodes, endpoint },
        ...{ podNetwork: cluster.preflight["pod-network"], patience, ...turns },
      },
      child,
    );
    for (const server of servers) hook("after", server.name, server, { ...child, dependsOn: controlPlane });

    const url = pulumi.interpolate`https://${endpoint.address}:${endpoint.port}`;
    // After all servers, and while the control plane is verified: etcd takes its time to make voters of them.
    const agentsToken = pulumi.all([begins.agentToken, nodes]).apply(([its]) => its);
    const ready = agents.map((agent) => {
      const [api, ...peers] = servers.map(reached);
      const server = { url: local?.(agent) ?? url, token: agentsToken, api, peers };
      return joinedBy(agent, server);
    });
    // Clients are sent to nobody who is about to leave.
    const turned = front ? [front.apply(() => "in front")] : [];
    const after = [controlPlane.id, ...ready, ...turned];
    new Departure(name, { ...leaves, former: membership.former, after }, child);

    // What nobody could use yet is not given away.
    const answering = <T>(output: pulumi.Output<T>) =>
      front ? pulumi.all([output, front]).apply(([its]) => its as T) : output;
    this.endpoint = answering(url);
    this.kubeconfig = answering(controlPlane.kubeconfig);
    this.statsPassword = statsPassword;
    this.token = controlPlane.token;
    this.agentToken = controlPlane.agentToken;
    this.caCertificate = controlPlane.caCertificate;
    this.clusterId = controlPlane.clusterId;
    this.registerOutputs({ endpoint: this.endpoint, clusterId: this.clusterId });
  }
}

/** Anew by another value to rotate by. */
function made(name: string, { rotate }: Cluster["tokens"], options: pulumi.CustomResourceOptions) {
  const keepers = rotate ? { keepers: { rotate } } : {};
  return new RandomPassword(name, { length: 48, special: false, ...keepers }, options).result;
}

/** The machines with the host keys that were learned when they were looked at. */
function knownBy({ hostKeys }: Preflight): <One extends Reached>(machine: One) => One {
  return (machine) => ({
    ...machine,
    connection: machine.trusts
      ? pulumi.all([machine.connection, hostKeys]).apply(([its, keys]) => pinned(its, keys))
      : machine.connection,
  });
}

function reached({ name, connection }: Reached) {
  return { name, connection };
}
