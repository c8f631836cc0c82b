/** The first line of our files; k3s's have the same. */
export const ours = "# From the cluster's manifest: what is changed here is overwritten.";

/**
 * Files and units of our own beside those of the packages, which may serve somebody else on the same machine.
 * No name begins with k3s: its k3s-killall.sh stops every unit that does.
 */
export const haproxy = {
  unit: "haproxy-k3s",
  config: "/etc/haproxy-k3s/haproxy.cfg",
  /** What the servers' certificates are checked with. */
  ca: "/etc/haproxy-k3s/ca.pem",
  runtime: "/run/haproxy-k3s",
  /** Which servers are in, for a process that begins after a reload. */
  known: "/run/haproxy-k3s/servers",
  /** Commands to the running HAProxy, for root only. */
  admin: "/run/haproxy-k3s/admin.sock",
  /** Whether there is a server to send connections to: GET / answers 200 or 503, GET /majority whether they are most; also /mark, and /stats;csv. */
  health: "/run/haproxy-k3s/health.sock",
} as const;

export const keepalived = {
  unit: "keepalived-k3s",
  config: "/etc/keepalived-k3s/keepalived.conf",
  /** What ip is told when keepalived has ended: a killed one leaves its addresses behind. */
  leave: "/etc/keepalived-k3s/leave",
  runtime: "/run/keepalived-k3s",
} as const;
