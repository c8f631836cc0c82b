import { z } from "zod";
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

const endpoint = text({
  what: "the address of a datastore",
  allowed:
    "mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd",
  pattern: /^(mysql|postgres|postgresql|https?):\/\/[!-~]{1,2048}$/,
  hint: (value) => (/^sqlite/.test(value) ? "write kind: sqlite, without an endpoint" : undefined),
  secret: true,
});

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
    description: "Where the servers keep the cluster's state. Not to be changed once the cluster exists.",
  });
