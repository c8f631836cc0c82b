import * as pulumi from "@pulumi/pulumi";
import type { Datastore } from "../manifest/datastore";
import type { ProxySettings, Registries } from "../manifest/schema";
import type { Connection } from "../providers/connection";

/** What holds something that opens is kept as a secret, and with it all that stands beside that; nothing else is. */
export function hidden<T>(value: pulumi.Input<T>, opens: (value: T) => boolean): pulumi.Output<T> {
  const known = pulumi.output(value) as pulumi.Output<T>;
  return known.apply((its) => (opens(its) ? pulumi.secret(its) : pulumi.output(its)) as pulumi.Output<T>);
}

export const passwordIn = {
  connection({ sudoPassword, bastions = [], ...own }: Connection): boolean {
    const logins = [own, ...bastions];
    return Boolean(sudoPassword ?? logins.find(({ password, passphrase }) => password ?? passphrase));
  },
  datastore: (datastore?: Datastore) => datastore?.kind === "external",
  registries: (registries?: Registries) => Object.values(registries?.configs ?? {}).some(({ auth }) => auth),
  proxy: (proxy?: ProxySettings) => [proxy?.http, proxy?.https].some((address) => address?.includes("@")),
};
