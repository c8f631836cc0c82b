import type { dynamic } from "@pulumi/pulumi";
import { controlPlane } from "./control-plane/provider";
import { departure } from "./departure/provider";
import { haproxyFrontend } from "./haproxy/provider";
import { keepalived } from "./keepalived/provider";
import { machine } from "./machine/provider";
import { membership } from "./membership/provider";
import { node } from "./node/provider";
import { preflight } from "./preflight/provider";
import { wired } from "./wire";

const kinds: Record<string, (name: string) => dynamic.ResourceProvider> = {
  Preflight: (name) => wired(name, preflight),
  Machine: (name) => wired(name, machine),
  Membership: (name) => wired(name, membership),
  HaProxy: (name) => wired(name, haproxyFrontend),
  Node: (name) => wired(name, node),
  ControlPlane: (name) => wired(name, controlPlane),
  Departure: (name) => wired(name, departure),
  Keepalived: (name) => wired(name, keepalived),
};

/** Gives Pulumi's provider host the handlers of one kind of resource. */
export function load(kind: string): dynamic.ResourceProvider {
  const make = kinds[kind];
  if (!make)
    throw new Error(`There is no resource of the kind "${kind}" in this version of pulumi-k3s-cluster.`);
  return make(kind);
}
