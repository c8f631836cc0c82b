import { readFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import type { Request } from "./seen";

/** What the client says, a line each, to whoever started it. */
export type Line = ({ kind: Kind } & Request) | { kind: "lease"; node: string; renewed: number };

export type Kind = "connection" | "read" | "remembered" | "write" | "web";

/** After so long an answer comes too late; a write may have to wait for another leader of etcd. */
const patience = { connection: 1_000, read: 1_000, remembered: 1_000, write: 10_000, web: 1_000 };

/** Between trials new connections are rare, since each costs this computer and the servers some work. */
const everyMilliseconds = { connection: 20, atRest: 200, read: 100, write: 100, web: 100, lease: 1_000 };

let busy = false;

/**
 * Asks the API through its address for ever: `node client.js KUBECONFIG [--writes] [--web ADDRESS:PORT,…] NODE…`, the nodes
 * whose leases it reads. A line "busy" or "rest" says whether a trial runs.
 */
function main(args: string[]): void {
  const { values, positionals } = parseArgs({
    args,
    options: { writes: { type: "boolean", default: false }, web: { type: "string", default: "" } },
    allowPositionals: true,
  });
  const [file = "", ...nodes] = positionals;
  const api = apiOf(readFileSync(file, "utf8"));
  const kept = { ...api, agent: new Agent({ keepAlive: true }) };
  if (values.writes) every(everyMilliseconds.write, () => timed("write", kept, object, written()));
  const places = values.web.split(",").filter(Boolean);
  let turn = 0;
  if (places.length > 0) every(everyMilliseconds.web, () => web(places[turn++ % places.length] ?? ""));
  createInterface({ input: process.stdin }).on("line", (line) => {
    busy = line === "busy";
  });
  let latest = 0;
  every(everyMilliseconds.connection, () => {
    if (!busy && Date.now() - latest < everyMilliseconds.atRest) return;
    latest = Date.now();
    timed("connection", { ...api, agent: false }, alive);
  });
  every(everyMilliseconds.read, () => timed("read", kept, object));
  every(everyMilliseconds.read, () => timed("remembered", kept, `${object}?resourceVersion=0`));
  for (const node of nodes) every(everyMilliseconds.lease, () => lease(kept, node));
}

/** What needs the server alone, so that its answer is about the connection. */
const alive = "/livez?exclude=etcd";
const object = "/api/v1/namespaces/default";

/** Something else each time, or the API server would not trouble etcd with it. */
function written(): string {
  return JSON.stringify({ metadata: { annotations: { "client/at": String(Date.now()) } } });
}

/** A workload in the cluster, each time on a new connection. */
async function web(place: string): Promise<void> {
  const begun = Date.now();
  try {
    const { status } = await fetch(`http://${place}/`, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(patience.web),
    });
    say({ kind: "web", begun, ended: Date.now(), ...(status === 200 ? {} : { failure: `HTTP ${status}` }) });
  } catch (error) {
    const { message, cause } = error as Error;
    say({ kind: "web", begun, ended: Date.now(), failure: `${place}: ${cause ? String(cause) : message}` });
  }
}

async function timed(kind: Exclude<Kind, "web">, api: RequestOptions, path: string, body?: string) {
  const begun = Date.now();
  try {
    const { status, body: said } = await get(api, path, patience[kind], body);
    const failure = status === 200 ? {} : { failure: `HTTP ${status}: ${messageOf(said)}` };
    say({ kind, begun, ended: Date.now(), owner: ownerOf(String(api.host)), ...failure });
  } catch (error) {
    say({ kind, begun, ended: Date.now(), failure: (error as Error).message });
  }
}

/** Why the API server refuses, as far as a line has room. */
function messageOf(body: string): string {
  const message = /"message":\s*"((?:\\.|[^"\\])*)"/.exec(body)?.[1] ?? body.split("\n")[0] ?? "";
  return message.slice(0, 150);
}

/** What cannot be read now is read a second later: its time is in it. */
async function lease(api: RequestOptions, node: string): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`;
  const { status, body } = await get(api, path, patience.read).catch(() => ({ status: 0, body: "" }));
  if (status === 200) say({ kind: "lease", node, renewed: Date.parse(JSON.parse(body).spec.renewTime) });
}

/** With something to write it is a change of what is there. */
function get(
  api: RequestOptions,
  path: string,
  timeout: number,
  written?: string,
): Promise<{ status: number; body: string }> {
  const change = { method: "PATCH", headers: { "content-type": "application/merge-patch+json" } };
  const options = { ...api, ...(written ? change : {}), path, signal: AbortSignal.timeout(timeout) };
  return new Promise((resolve, reject) => {
    const asked = request(options, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.once("error", reject);
    });
    asked.once("error", reject).end(written);
  });
}

/** The machine that this computer reaches the address at, by the number of its network card. */
function ownerOf(address: string): string | undefined {
  const line = readFileSync("/proc/net/arp", "utf8")
    .split("\n")
    .find((one) => one.startsWith(`${address} `));
  return line?.split(/\s+/)[3];
}

function apiOf(kubeconfig: string): RequestOptions {
  const { clusters, users } = parse(kubeconfig);
  const { server, "certificate-authority-data": ca } = clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = users[0].user;
  const { hostname, port } = new URL(server);
  const [text, ...rest] = [ca, cert, key].map((data) => Buffer.from(data, "base64"));
  return { host: hostname, port, ca: text, cert: rest[0], key: rest[1] };
}

function every(milliseconds: number, work: () => void): void {
  setInterval(work, milliseconds);
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

main(process.argv.slice(2));
