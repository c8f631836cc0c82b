import type * as pulumi from "@pulumi/pulumi";
import type { ProxySettings, Registries } from "../manifest/schema";
import type { Connection } from "../providers/connection";
import type { Drain } from "../providers/drain";
import type { NodeInputs, Rotation } from "../providers/node/provider";
import type { Override } from "../providers/preflight/overrides";
import type { Hooks } from "./hook";

/** How a machine is reached; each part may be an output of whoever made the machine. */
export type ConnectionArgs = pulumi.Input<{ [K in keyof Connection]: pulumi.Input<Connection[K]> }>;

/** What a machine needs to become a node, whatever its role. */
export interface NodeArgs {
  connection: ConnectionArgs;
  /** An exact release, such as "v1.33.3+k3s1". */
  version: string;
  /** Where releases are found, in the layout of the official ones; default: the official address. */
  mirror?: string;
  /** Also stage the release's image archive, for machines that reach no registry; default: false. */
  images?: boolean;
  /** Labels that the node registers with. */
  labels?: pulumi.Input<Record<string, string>>;
  /** The address that the node uses in the cluster; default: k3s chooses. */
  nodeIp?: pulumi.Input<string | undefined>;
  /** Any other key of k3s's configuration file. */
  config?: pulumi.Input<Record<string, unknown>>;
  /** Where images are pulled from; default: where their names say. */
  registries?: pulumi.Input<Registries | undefined>;
  /**
   * A proxy for downloads and for k3s itself; its `noProxy` must hold the addresses of all nodes, which only K3sCluster
   * adds by itself. Default: the machine's environment says.
   */
  proxy?: pulumi.Input<ProxySettings | undefined>;
  /** Commands of yours to run on the machine, as the user who logs in; default: none. */
  hooks?: Hooks;
  /** The cluster's name; default: the component's own. */
  cluster?: string;
  /** Milliseconds until waiting for readiness is given up; default: 5 minutes. */
  patience?: number;
  /** How to take a slow-disk or a pod-network that is not as it should be; docs/preflight.md has the defaults. */
  findings?: Record<string, Override>;
  /** How its pods go elsewhere before it is upgraded; by default they stay. */
  drain?: Drain;
  /** What its tokens and its certificates were rotated by; another value is another turn. Only K3sCluster rotates tokens. */
  rotate?: Rotation;
  /** Something that must be there before the machine is touched. */
  preflight?: pulumi.Input<string>;
  /**
   * To take over a k3s that the machine runs already, with these of its tokens in place of those that are given; default: it
   * is left alone, which fails.
   */
  adopt?: NodeInputs["adopt"];
}

/** Where to join: the address and token of a cluster that is elsewhere. */
export interface JoinArgs {
  /** Of a server or of what stands before several: https://<address>:6443. */
  url: pulumi.Input<string>;
  /** In its full form, which trusts no other cluster: K10<hash of the CA>::<user>:<password>. */
  token: pulumi.Input<string>;
  /** A server of it that may change labels and taints of the node later; a node may not change all of its own. */
  api?: { name: string; connection: ConnectionArgs };
  /** Its other servers, for when that one does not answer. */
  peers?: { name: string; connection: ConnectionArgs }[];
  /** Where another server of it answers, which is asked where `api` has left already. */
  elsewhere?: pulumi.Input<string>;
}

export const defaultPatience = 5 * 60_000;

const officialReleases = "https://github.com/k3s-io/k3s/releases/download";

/** The address of one release's files. */
export function releaseAddress({
  mirror = officialReleases,
  version,
}: Pick<NodeArgs, "mirror" | "version">): string {
  return `${mirror.replace(/\/+$/, "")}/${encodeURIComponent(version)}`;
}
