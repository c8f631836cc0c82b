import * as pulumi from "@pulumi/pulumi";
import type { Datastore } from "../manifest/datastore";
import { sparing } from "../manifest/proxy";
import type { Manifest, ProxySettings, Registries } from "../manifest/schema";
import { hidden, passwordIn } from "./hidden";

/** What all nodes share of what may hold passwords. */
export interface Shared {
  /** Where servers keep the cluster's state, where that is not etcd. */
  datastore?: pulumi.Output<Datastore>;
  registries?: pulumi.Output<Registries>;
  /** With the nodes' addresses among what is reached without it. */
  proxy?: pulumi.Output<ProxySettings>;
}

export function shared(manifest: Manifest, addresses: pulumi.Input<string>[]): Shared {
  const { datastore, registries, proxy } = manifest;
  return {
    ...(datastore.kind === "etcd" ? {} : { datastore: hidden(datastore, passwordIn.datastore) }),
    ...(registries ? { registries: hidden(registries, passwordIn.registries) } : {}),
    ...(proxy ? { proxy: beside(hidden(proxy, passwordIn.proxy), [...addresses, ...inside(manifest)]) } : {}),
  };
}

/** What is in the cluster itself: k3s spares it on servers alone. */
function inside({ network, servers }: Manifest): string[] {
  const { "cluster-domain": domain = "cluster.local" } = servers[0]?.config ?? {};
  return [...network.clusterCidr, ...network.serviceCidr, ".svc", `.${domain}`];
}

function beside(proxy: pulumi.Output<ProxySettings>, addresses: pulumi.Input<string>[]) {
  return pulumi.all([proxy, pulumi.all(addresses)]).apply(([its, all]) => sparing(its, all));
}
