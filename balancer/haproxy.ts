import { aliveCheck, type HealthCheck, readyCheck } from "./haproxy-checks";
import { type Stats, statsSections } from "./haproxy-stats";
import { bindLine, endpoint, type Listener, section } from "./haproxy-text";
import { haproxy, ours } from "./paths";
import { type CheckTiming, checkTiming, timeOf } from "./timing";
import { checked, distinct } from "./values";

/** A server's API. */
export interface Backend {
  name: string;
  /** No host name: HAProxy asks for it once, and without an answer does not start. */
  address: string;
  port: number;
}

export interface Balancer {
  /** The machine that it runs on. */
  node: string;
  backends: readonly Backend[];
  listeners: readonly Listener[];
  health: HealthCheck;
  timing?: CheckTiming;
  stats?: Stats;
  /** Tells which configuration HAProxy runs with: what it answers where we ask how it is. */
  mark: string;
}

/**
 * Of the text below: another with every change of it, so that those that are there are written anew. Behind a slash, of the
 * unit's text, which restarts them: "3" is "3/1".
 */
export const form = "3";

/** The text of haproxy.cfg. */
export function haproxyFile({ node, backends, listeners, health, timing, stats, mark }: Balancer): string {
  if (listeners.length === 0) throw new Error("a balancer needs an address to listen on");
  const servers = serverLines(backends);
  const alive = aliveCheck(health);
  const lines = [
    ours,
    "",
    ...section("global", globals),
    ...section("defaults", [...defaults, ...timingLines(timing ?? checkTiming)]),
    ...section("frontend kubernetes", [
      ...listeners.map(bindLine),
      ...(alive ? [`use_backend alive if ${none("ready")}`] : []),
      "default_backend ready",
    ]),
    ...section("backend ready", [...readyCheck(health), ...servers]),
    ...(alive ? section("backend alive", [...alive, ...servers]) : []),
    ...section("frontend health", [
      "mode http",
      `bind unix@${haproxy.health} mode 600`,
      "timeout client 5s",
      "monitor-uri /",
      `monitor fail if ${none("ready")}${alive ? ` ${none("alive")}` : ""}`,
      `http-request return status 200 content-type text/plain string ${checked("name", "the mark", mark)} if { path /mark }`,
      // Who is cut off with few of the servers is not to have the virtual address where somebody else has it, too.
      `http-request return status 200 content-type text/plain string most if { path /majority } { nbsrv(ready) ge ${Math.floor(backends.length / 2) + 1} }`,
      "stats enable",
      "stats uri /stats",
      // For root alone, as the socket is: a server that is about to restart is taken out here.
      "stats admin if TRUE",
    ]),
    ...(stats ? statsSections(stats, node) : []),
  ];
  distinct(
    "the line",
    lines.map((line) => line.trim()).filter((line) => line.startsWith("bind ")),
  );
  return lines.join("\n");
}

/** The kubelet ends streams that were idle for as long; nothing of Kubernetes is quiet for longer. */
const longest = "4h";

const globals = [
  "user haproxy",
  "group haproxy",
  "chroot /var/lib/haproxy",
  // Two files a connection, which usual limits allow; where they do not HAProxy does not start, and -c says nothing.
  "maxconn 4000",
  `stats socket ${haproxy.admin} mode 600 level admin`,
  // Where nobody has said which servers are in, all are taken to be, and what is sent to one that is not is lost.
  `server-state-file ${haproxy.known}`,
  // The process from before a reload checks no server any more, so what it still carries has to end some time.
  `hard-stop-after ${longest}`,
];

const defaults = [
  "mode tcp",
  "load-server-state-from-file global",
  "balance roundrobin",
  "option tcpka",
  "retries 2",
  // Each new try at another server.
  "option redispatch 1",
  `timeout client ${longest}`,
  `timeout server ${longest}`,
  // The name that every server's certificate has, since none has that of the balancer.
  `default-server check check-ssl check-sni kubernetes verify required ca-file ${haproxy.ca}`,
  // Who is connected to a server that hangs, or is cut off, would wait for it for ever.
  "default-server on-marked-down shutdown-sessions",
];

function timingLines(timing: CheckTiming): string[] {
  const times = (key: keyof CheckTiming) => timeOf(timing, key);
  const ms = (key: keyof CheckTiming) => `${times(key)}ms`;
  return [
    `timeout connect ${ms("connect")}`,
    `timeout check ${ms("answer")}`,
    `default-server inter ${ms("interval")} fastinter ${ms("fastInterval")} downinter ${ms("downInterval")}`,
    `default-server fall ${times("fall")} rise ${times("rise")}`,
  ];
}

function serverLines(backends: readonly Backend[]): string[] {
  if (backends.length === 0) throw new Error("a balancer needs a server to pass connections to");
  const lines = backends.map(serverLine);
  distinct(
    "the server",
    backends.map(({ name }) => name),
  );
  return lines;
}

export function serverLine({ name, address, port }: Backend): string {
  return `server ${checked("name", "the name of a server", name)} ${endpoint(name, address, port)}`;
}

function none(backend: string): string {
  return `{ nbsrv(${backend}) eq 0 }`;
}
