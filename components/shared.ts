import * as pulumi from "@pulumi/pulumi";
import type { Datastore } from "../manifest/datastore";
import { sparing } from "../manifest/proxy";
import type { Manifest, ProxySettings, Registries } from "../manifest/schema";

/** What all nodes share of what may hold passwords; then it is a secret, with all that stands beside it. */
export interface Shared {
  /** Where servers keep the cluster's state, where that is not etcd. */
  datastore?: pulumi.Output<Datastore>;
  registries?: pulumi.Output<Registries>;
  /** With the nodes' addresses among what is reached without it. */
  proxy?: pulumi.Output<ProxySettings>;
}

export function shared(
  { datastore, registries, proxy }: Manifest,
  addresses: pulumi.Input<string>[],
): Shared {
  return {
    ...(datastore.kind === "etcd" ? {} : { datastore: hidden(datastore, datastore.kind === "external") }),
    ...(registries ? { registries: hidden(registries, logsIn(registries)) } : {}),
    ...(proxy ? { proxy: beside(hidden(proxy, logsInBy(proxy)), addresses) } : {}),
  };
}

function hidden<T>(value: T, isSecret: boolean): pulumi.Output<T> {
  return (isSecret ? pulumi.secret(value) : pulumi.output(value)) as pulumi.Output<T>;
}

function logsIn({ configs = {} }: Registries): boolean {
  return Object.values(configs).some(({ auth }) => auth);
}

function logsInBy({ http, https }: ProxySettings): boolean {
  return [http, https].some((address) => address?.includes("@"));
}

function beside(proxy: pulumi.Output<ProxySettings>, addresses: pulumi.Input<string>[]) {
  return pulumi.all([proxy, pulumi.all(addresses)]).apply(([its, all]) => sparing(its, all));
}
