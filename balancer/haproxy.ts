import { aliveCheck, type HealthCheck, readyCheck } from "./haproxy-checks";
import { type Stats, statsSections } from "./haproxy-stats";
import { bindLine, endpoint, type Listener, section } from "./haproxy-text";
import { haproxy, ours } from "./paths";
import { type CheckTiming, checkTiming } from "./timing";
import { checked, distinct, whole } from "./values";

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
}

/** The text of haproxy.cfg. */
export function haproxyFile({ node, backends, listeners, health, timing, stats }: Balancer): string {
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
  // The process from before a reload checks no server any more, so what it still carries has to end some time.
  `hard-stop-after ${longest}`,
];

const defaults = [
  "mode tcp",
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
  const ms = (key: keyof CheckTiming) => `${whole(key, timing[key], 50, 600_000)}ms`;
  const times = (key: keyof CheckTiming) => whole(key, timing[key], 1, 100);
  return [
    `timeout connect ${ms("connect")}`,
    `timeout check ${ms("answer")}`,
    `default-server inter ${ms("interval")} fastinter ${ms("fastInterval")} downinter ${ms("downInterval")}`,
    `default-server fall ${times("fall")} rise ${times("rise")}`,
  ];
}

function serverLines(backends: readonly Backend[]): string[] {
  if (backends.length === 0) throw new Error("a balancer needs a server to pass connections to");
  const names = backends.map(({ name }) => checked("name", "the name of a server", name));
  distinct("the server", names);
  return backends.map(({ name, address, port }) => `server ${name} ${endpoint(name, address, port)}`);
}

function none(backend: string): string {
  return `{ nbsrv(${backend}) eq 0 }`;
}
