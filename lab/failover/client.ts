import { readFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import type { Request } from "./seen";

/** What the client says, a line each, to whoever started it. */
export type Line =
  | ({ kind: "connection" | "read" | "remembered" } & Request)
  | { kind: "lease"; node: string; renewed: number };

/** After so long an answer comes too late. */
const patience = 1_000;

/** Between trials new connections are rare, since each costs this computer and the servers some work. */
const everyMilliseconds = { connection: 20, atRest: 200, read: 100, lease: 1_000 };

let busy = false;

/**
 * Asks the API through its address for ever: `node client.js KUBECONFIG NODE…`, the nodes whose leases it reads.
 * A line "busy" or "rest" says whether a trial runs.
 */
function main([file = "", ...nodes]: string[]): void {
  const api = apiOf(readFileSync(file, "utf8"));
  const kept = { ...api, agent: new Agent({ keepAlive: true }) };
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

async function timed(kind: "connection" | "read" | "remembered", api: RequestOptions, path: string) {
  const begun = Date.now();
  try {
    const { status } = await get(api, path);
    const failure = status === 200 ? {} : { failure: `HTTP ${status}` };
    say({ kind, begun, ended: Date.now(), owner: ownerOf(String(api.host)), ...failure });
  } catch (error) {
    say({ kind, begun, ended: Date.now(), failure: (error as Error).message });
  }
}

/** What cannot be read now is read a second later: its time is in it. */
async function lease(api: RequestOptions, node: string): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`;
  const { status, body } = await get(api, path).catch(() => ({ status: 0, body: "" }));
  if (status === 200) say({ kind: "lease", node, renewed: Date.parse(JSON.parse(body).spec.renewTime) });
}

function get(api: RequestOptions, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...api, path, signal: AbortSignal.timeout(patience) }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.once("error", reject);
    });
    asked.once("error", reject).end();
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
