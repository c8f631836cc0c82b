import { z } from "zod";
import { nearest } from "../words/nearest";
import { type Found, valueAt, type Way } from "./place";
import { shown } from "./shown";

type Issue = z.core.$ZodIssue;

/** What zod found, in words for somebody who writes a manifest: one mistake for each wrong key or value. */
export function explain(schema: z.ZodType, value: unknown, issue: Issue, above: Way = []): Found[] {
  const way = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      way: [...way, key],
      message: unknownKey(key, knownKeys(schema, way)),
      atKey: true,
    }));
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ way, message, atKey: true }));
  if (issue.code === "invalid_union") {
    const inner = issue.errors.find((branch) => branch.length > 0 && !branch.some(isOfAnotherType));
    if (inner) return inner.flatMap((nested) => explain(schema, value, nested, way));
  }
  if (issue.code === "invalid_type" && issue.expected in plain && issue.message.startsWith("Invalid input"))
    return [{ way, message: notPlain(way, valueAt(value, way), plain[issue.expected]) }];
  return [{ way, message: issue.message }];
}

/** The value is not even of the type that this branch of a union is about. */
function isOfAnotherType({ code, path }: Issue): boolean {
  return path.length === 0 && ["invalid_type", "invalid_union", "invalid_value"].includes(code);
}

/** Of these zod speaks in its own words, "Invalid input: …"; every other field has its message from the schema. */
const plain: Record<string, string> = {
  object: "a map of keys and values",
  record: "a map of keys and values",
  array: "a list",
  boolean: "true or false",
};

function notPlain(way: Way, value: unknown, expected = ""): string {
  if (value === undefined && way.length > 0) return `missing: expected ${expected}`;
  if (value !== null && value !== undefined) return `${shown(value)} is not ${expected}`;
  return `empty: expected ${expected}`;
}

function unknownKey(key: string, known: string[]): string {
  if (Object.hasOwn(notYet, key)) return `not yet possible: ${notYet[key]}; leave it out`;
  const near = nearest(key, known);
  if (near) return `unknown key: did you mean ${near}?`;
  const place = elsewhere[key];
  if (place && Object.hasOwn(elsewhere, key)) return `unknown key here: it belongs in ${place}`;
  return `unknown key: allowed here are ${known.join(", ")}`;
}

/** Keys that will have a meaning: accepting them now would promise what nobody does. */
const notYet: Record<string, string> = {
  join: "a cluster has its own servers",
};

/** Keys that are often written one level off. */
const elsewhere: Record<string, string> = {
  user: "ssh",
  port: "ssh",
  identityFile: "ssh",
  knownHosts: "ssh",
  hostKey: "ssh of a machine, since every machine has its own",
  password: "ssh, datastore.endpoint or registries",
  passphrase: "ssh",
  sudoPassword: "ssh",
  trustOnFirstUse: "ssh",
  bastion: "ssh",
  configFile: "ssh",
  nodeIp: "a machine",
  taints: "a machine or a pool",
  clusterCidr: "network",
  serviceCidr: "network",
  clusterDns: "network",
  flannelBackend: "network",
  nodeCidrMaskSize: "network",
  mirrors: "registries",
  noProxy: "proxy",
  atOnce: "upgrade.agents",
  drain: "upgrade.agents or upgrade.servers; its times are in drain, at the top",
  grace: "drain",
  emptyDirs: "drain",
  rotate: "tokens or certificates",
  mirror: "artifacts",
  schedule: "snapshots",
  retention: "snapshots",
  vip: "endpoint",
  routerId: "endpoint",
  vrrp: "endpoint",
  advertInterval: "endpoint.vrrp",
  healthCheck: "haproxy",
  stats: "haproxy",
  timing: "haproxy",
};

function knownKeys(schema: z.ZodType, way: Way): string[] {
  const holders = way.reduce<unknown[]>(
    (outer, key) => outer.flatMap(branches).flatMap((holder) => insideOf(holder, key)),
    [schema],
  );
  const [found] = holders.flatMap(branches).filter((holder) => holder instanceof z.ZodObject);
  return found ? Object.keys(found.shape) : [];
}

function insideOf(holder: unknown, key: PropertyKey): unknown[] {
  if (holder instanceof z.ZodArray) return [holder.element];
  if (holder instanceof z.ZodRecord) return [holder.valueType];
  return holder instanceof z.ZodObject ? [holder.shape[String(key)]] : [];
}

/** What a schema may be, behind defaults, "optional" and "or". */
function branches(schema: unknown): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return branches(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.flatMap(branches) : [schema];
}
