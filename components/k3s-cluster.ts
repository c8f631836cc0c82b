import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { proxyFor } from "../manifest/proxy";
import { bytes } from "../manifest/units";
import { countOf } from "../manifest/upgrade";
import { ControlPlane } from "../providers/control-plane/resource";
import { Departure } from "../providers/departure/resource";
import { pinned } from "../providers/host-keys";
import { Membership } from "../providers/membership/resource";
import { Preflight } from "../providers/preflight/resource";
import type { Part } from "../providers/preflight/scene";
import { adopted, mayRun, openHealth, passwordOf, takenOver } from "./adopted";
import { frontends, inFront, needed, reachedAt } from "./balancers";
import { type Cluster, checkedArgs, type K3sClusterArgs, type Reached } from "./cluster-args";
import { hook } from "./hook";
import { K3sAgent } from "./k3s-agent";
import { K3sServer } from "./k3s-server";
import { releaseOf } from "./node";
import { defaultPatience } from "./node-args";

/** A whole cluster: first server, other servers, agents; and the control plane verified. */
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
    const { datastore, registries, proxy, upgrade, tokens, certificates } = cluster;
    const token = cluster.token ?? made(`${name}-token`, tokens, child);
    const agentToken = cluster.agentToken ?? made(`${name}-agent-token`, tokens, child);

    const machines = {
      ...probed("server", cluster.servers),
      ...probed("agent", cluster.agents),
      ...probed("balancer", cluster.balancers),
    };
    const preflight = new Preflight(name, { cluster: name, machines, ...lookedAt(cluster) }, child);
    const known = knownBy(preflight);
    const [first, ...others] = [known(cluster.servers[0]), ...cluster.servers.slice(1).map(known)] as const;
    const names = cluster.servers.map((server) => server.name);
    const external = datastore && pulumi.unsecret(datastore).apply(({ kind }) => kind === "external");
    const servers = [first, ...others];
    const agents = cluster.agents.map(known);
    const from = releaseOf({ version, ...artifacts, proxy });
    const membership = new Membership(
      name,
      {
        ...{ cluster: name, servers: names, version, external, preflight: preflight.id },
        ...{ token: pulumi.secret(token), agentToken: pulumi.secret(agentToken), rotate: tokens.rotate },
        ...{ recover: cluster.recover, restore: cluster.restore },
        allowSingleServer: cluster.allowSingleServer,
        members: servers.map(reached),
        releases: [...servers, ...agents].map((machine) => ({ ...reached(machine), ...from })),
      },
      child,
    );

    const turn = { tokens: tokens.rotate, certificates: certificates.rotate };
    const turns = Object.values(turn).some(Boolean) ? { rotate: turn } : {};
    const common = {
      ...{ cluster: name, version, ...artifacts, registries, proxy, ...mayRun(cluster) },
      ...{ findings: cluster.preflight, preflight: preflight.id, patience, ...turns },
    };
    // From a node that is alone pods could go nowhere.
    const drains = (role: "servers" | "agents") => upgrade[role].drain && servers.length + agents.length > 1;
    const drainOf = (role: "servers" | "agents") => (drains(role) ? { drain: cluster.drain } : {});
    const serverArgs = {
      ...common,
      ...drainOf("servers"),
      ...{ agentToken, tlsSans, disable, datastore, membership: membership.id, verify: false },
      ...openHealth(cluster),
    };
    const begins = new K3sServer(
      first.name,
      { ...first, ...serverArgs, token, peers: others.map(reached), ...takenOver(cluster) },
      child,
    );
    const joinArgs = { ...serverArgs, agentToken: passwordOf(begins.agentToken) };
    const joining = others.map((other) => {
      const peers = servers.filter(({ name }) => name !== other.name).map(reached);
      return new K3sServer(other.name, { ...other, ...joinArgs, server: begins, peers }, child);
    });

    const nodes = [begins, ...joining].map(({ node }) => node);
    const started = pulumi.all([preflight.id, ...nodes]).apply(([looked]) => looked ?? "");
    const { statsPassword, frontend, local } = frontends(name, cluster, {
      ...{ ca: begins.joinToken, servers, started, patience },
      parent: this,
    });
    const balancers = cluster.balancers.map(known);
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
    const atOnce = countOf(upgrade.agents.atOnce, agents.length);
    const ready = agents.map((agent) => {
      const [api, ...peers] = servers.map(reached);
      const server = { url: local?.(agent) ?? url, token: agentsToken, api, peers };
      const args = { ...agent, ...common, ...drainOf("agents"), server, atOnce };
      return new K3sAgent(agent.name, args, child).ready;
    });
    // Clients are sent to nobody who is about to leave.
    const turned = front ? [front.apply(() => "in front")] : [];
    new Departure(
      name,
      {
        ...{ cluster: name, servers: servers.map(reached), agents: agents.map(reached) },
        ...{
          former: membership.former,
          drain: cluster.drain,
          atOnce,
          after: [controlPlane.id, ...ready, ...turned],
        },
      },
      child,
    );

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
    this.servers = names;
    this.agents = cluster.agents.map((machine) => machine.name);
    this.version = version;
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

function probed(role: Part, machines: Reached[]) {
  return Object.fromEntries(machines.map(({ name, connection }) => [name, { role, connection }]));
}

/** What the machines are looked at for. */
function lookedAt(cluster: Cluster) {
  const { version, artifacts, network, minima, preflight, servers, agents, proxy, datastore } = cluster;
  const { mirror } = artifacts;
  const announced = [...servers, ...agents].flatMap(({ name, nodeIp }) => (nodeIp ? [[name, nodeIp]] : []));
  return {
    version,
    mirror,
    mirrorProxy: proxy?.apply((its) => proxyFor(mirror, its)),
    etcd: datastore === undefined,
    adopt: adopted(cluster),
    flannelBackend: network.flannelBackend,
    balancers: needed(cluster),
    findings: preflight,
    minima: { server: least(minima.server), agent: least(minima.agent) },
    nodeIps: Object.fromEntries(announced) as Record<string, string>,
  };
}

function least({ cpus, memory, disk }: Cluster["minima"]["server"]) {
  return {
    ...(cpus ? { cpus } : {}),
    ...(memory ? { memoryMiB: bytes(memory) / 2 ** 20 } : {}),
    ...(disk ? { diskGiB: bytes(disk) / 2 ** 30 } : {}),
  };
}

function reached({ name, connection }: Reached) {
  return { name, connection };
}
