/**
 * How a server says that it is ready. Two of them need its API to answer /readyz to strangers, and see when it has
 * lost its quorum; a server that answers 401 to whoever asks says no more than that it runs.
 */
export const healthChecks = ["anonymous-health", "anonymous-auth", "any-401"] as const;

export type HealthCheck = (typeof healthChecks)[number];

/** What takes a server out, and brings it in again. */
export function readyCheck(health: HealthCheck): string[] {
  return check("/readyz", health === "any-401" ? "200,401" : "200");
}

/**
 * While etcd elects a leader no server is ready, for a second and more; those that run answer what they remember,
 * and answer the rest a little later. So where nobody is ready connections go to them, and are not refused.
 */
export function aliveCheck(health: HealthCheck): string[] | undefined {
  return health === "any-401" ? undefined : check("/livez?exclude=etcd", "200");
}

function check(path: string, status: string): string[] {
  return [`option httpchk GET ${path}`, `http-check expect status ${status}`];
}
