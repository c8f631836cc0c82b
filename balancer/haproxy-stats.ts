import { bindLine, type Listener, section } from "./haproxy-text";
import { credentialComplaint, quoted } from "./quote";
import { checked } from "./values";

/** The page that shows what HAProxy does. */
export interface Stats {
  listener: Listener;
  user: string;
  password: string;
  /** Where Prometheus finds /metrics: beside the page, or elsewhere, or nowhere. No password is asked for it. */
  metrics: "beside" | "closed" | Listener;
}

export function statsSections({ listener, user, password, metrics }: Stats, node: string): string[] {
  const complaint = credentialComplaint(user, password);
  if (complaint) throw new Error(`the statistics page: ${complaint}`);
  const page = [
    ...http(listener),
    ...(metrics === "beside" ? [exporter] : []),
    "stats enable",
    "stats uri /",
    `stats auth ${quoted(`${user}:${password}`)}`,
    "stats refresh 5s",
    `stats show-node ${checked("name", "the node", node)}`,
    "stats hide-version",
    "stats admin if LOCALHOST",
  ];
  return [
    ...section("frontend stats", page),
    ...(typeof metrics === "object" ? section("frontend metrics", [...http(metrics), exporter]) : []),
  ];
}

const exporter = "http-request use-service prometheus-exporter if { path /metrics }";

function http(listener: Listener): string[] {
  return ["mode http", bindLine(listener), "timeout client 30s", "timeout http-request 10s"];
}
