import { parseToken } from "../k3s/token";
import type { WrittenMachine } from "./every-machine";
import { join } from "./join";
import { type Found, isMap, pathOf, valueAt, type Way } from "./place";
import { shown } from "./shown";

/** What is wrong between join and the rest of the manifest. Never shows a token. */
export function compareJoin(manifest: unknown, machines: WrittenMachine[]): Found[] {
  const servers = machines.filter(({ role }) => role === "server");
  const alone = servers.length === 0;
  return [
    ...(machines.length === 0
      ? [at(["join"], "0 servers and 0 agents: give those that are to join", true)]
      : []),
    ...itself(manifest, servers),
    ...unverified(manifest),
    ...(alone ? [] : agentsToken(manifest)),
    ...["token", "agentToken"].filter((key) => says(manifest, [key])).map(ofAnother),
    ...ofAll(manifest),
    ...(valueAt(manifest, ["adopt"]) === true ? [at(["adopt"], taking, true)] : []),
    ...(alone ? serversOnly(manifest) : otherStore(manifest)),
  ];
}

function at(way: Way, message: string, atKey = false): Found {
  return { way, message, atKey };
}

/** What a manifest says that was checked once already holds every field. */
function says(manifest: unknown, way: Way): boolean {
  const value = valueAt(manifest, way);
  if (!isMap(value)) return value !== undefined && value !== null;
  return Object.keys(value).some((key) => says(value, [key]));
}

function itself(manifest: unknown, servers: WrittenMachine[]): Found[] {
  const address = valueAt(manifest, ["join", "server"]);
  const [, host = ""] = /^https:\/\/\[?([^\]/]*?)\]?(?::\d+)?\/?$/.exec(String(address)) ?? [];
  return servers
    .filter((server) => [server.host, server.nodeIp].includes(host))
    .map(({ way }) =>
      at(
        ["join", "server"],
        `${shown(host)} is ${pathOf(way)}, which is to join: give a server that is not of this manifest`,
      ),
    );
}

type Key = "token" | "agentToken" | "caHash";

/** Whoever answers is believed by a token that names no CA. */
function unverified(manifest: unknown): Found[] {
  const given = (key: Key) => {
    const value = valueAt(manifest, ["join", key]);
    // What is no token or hash at all is told so.
    return join.shape[key].safeParse(value).success ? (value as string | undefined) : undefined;
  };
  const caOf = (key: Key) => parseToken(given(key) ?? "").caHash;
  const named = caOf("token") ?? given("caHash");
  const others = [
    ...(given("caHash") && named !== given("caHash") ? ["caHash"] : []),
    ...(named && caOf("agentToken") && caOf("agentToken") !== named ? ["agentToken"] : []),
  ].map((key) => at(["join", key], "it names another CA than join.token or caHash: they are of one cluster"));
  if (named || !given("token")) return others;
  const message =
    "it names no CA, so that nodes would trust whoever answers: give it in full, K10…, or caHash beside it";
  return [at(["join", "token"], message)];
}

function agentsToken(manifest: unknown): Found[] {
  const { user } = parseToken(String(valueAt(manifest, ["join", "token"]) ?? ""));
  if (user !== "node") return [];
  return [at(["join", "token"], "it is an agent token, and there are servers here: give the server token")];
}

function ofAnother(key: string): Found {
  return at([key], `the cluster that is joined has its own: use join.${key}`, true);
}

/** What is done to all servers of a cluster at once, those elsewhere included. */
function ofAll(manifest: unknown): Found[] {
  const again =
    "etcd would begin again without the servers elsewhere, which would go on with the old one: do it by hand, on all of them (docs/restore.md)";
  const reasons: [Way, string][] = [
    [
      ["tokens", "rotate"],
      "the servers elsewhere would keep the old tokens: those of a cluster that is joined are rotated there",
    ],
    [["recover"], again],
    [["restore"], again],
  ];
  return reasons.filter(([way]) => says(manifest, way)).map(([way, message]) => at(way, message, true));
}

const taking =
  "only a cluster whose servers are here is taken over: what is to join it has no k3s yet; leave it out";

const before = ["endpoint", "haproxy", "balancers"];

/** Servers elsewhere have these for themselves. */
function serversOnly(manifest: unknown): Found[] {
  const given = ["disable", "tlsSans", "apiserver", "config", "snapshots", ...before].filter((key) => {
    const value = valueAt(manifest, [key]);
    // With nothing but defaults they are meant, too.
    if (key === "haproxy") return isMap(value);
    return key === "snapshots" ? isMap(value) || value === false : says(manifest, [key]);
  });
  const message = (key: string) =>
    before.includes(key)
      ? "it is for what stands before servers of this manifest, and there are none: agents join at join.server"
      : "it is for servers, and there are none here: set it where they are made";
  return [...given.map((key) => at([key], message(key), true)), ...otherStore(manifest)];
}

function otherStore(manifest: unknown): Found[] {
  const kind = valueAt(manifest, ["datastore", "kind"]);
  if (kind === undefined || kind === "etcd") return [];
  const message = `${shown(kind)} is the cluster's own to choose, and who joins by an address joins its etcd: leave it out`;
  return [at(["datastore", "kind"], message)];
}
