import { z } from "zod";
import { hostAndPort } from "./hosts";
import { machinePath } from "./kinds";
import { oneOf, text } from "./text";

/** Where the servers keep the cluster's state. */
export type Datastore = { kind: "etcd" } | { kind: "sqlite" } | External;

export interface External {
  kind: "external";
  endpoint: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

const allowedEndpoint =
  "mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd";
const endpointPattern = /^(mysql|postgres|postgresql|https?):\/\/[!-~]{1,2048}$/;

const endpoint = text({
  what: "the address of a datastore",
  allowed: allowedEndpoint,
  pattern: endpointPattern,
  hint: (value) => (/^sqlite/.test(value) ? "write kind: sqlite, without an endpoint" : undefined),
  secret: true,
})
  .refine((value) => !endpointPattern.test(value) || hostsOf(value).every((host) => place.test(host)), {
    error: `the value names no host that there can be, or a port that is not from 1 to 65535: ${allowedEndpoint}`,
  })
  .meta({ patternErrorMessage: allowedEndpoint });

const place = new RegExp(`^(?:${hostAndPort})$`);

/** The hosts with their ports that an address names; a socket is none. */
function hostsOf(address: string): string[] {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [];
  if (scheme === "mysql") return [...(/@tcp\(([^)]*)\)\/[^/]*$/.exec(rest)?.slice(1) ?? [])];
  const all = scheme.startsWith("postgres") ? authority(rest).split(",") : rest.split(",").map(ofEtcd);
  return all.filter((host) => host !== "");
}

/** etcd's addresses are whole ones, each. */
function ofEtcd(address: string): string {
  return authority(address.replace(/^https?:\/\//, ""));
}

/** A password may hold an @, and what follows it no slash before its own path. */
function authority(rest: string): string {
  const end = rest.search(/[/?]/);
  const before = end < 0 ? rest : rest.slice(0, end);
  return before.slice(before.lastIndexOf("@") + 1);
}

export const datastore = z
  .strictObject({
    kind: oneOf("a kind of datastore", ["etcd", "sqlite", "external"])
      .default("etcd")
      .describe(
        "etcd runs on the servers; sqlite is for exactly one server; external is a database of yours",
      ),
    endpoint: endpoint
      .optional()
      .describe("Secret. With kind external, and needed there: where the database is"),
    caFile: machinePath.optional().describe("With kind external: on every server, the CA of the database"),
    certFile: machinePath.optional().describe("With kind external: on every server, the certificate to show"),
    keyFile: machinePath.optional().describe("With kind external: on every server, the key of certFile"),
  })
  .meta({
    id: "datastore",
    description:
      "Where the servers keep the cluster's state. Not to be changed once the cluster exists, save from sqlite to etcd.",
  });
