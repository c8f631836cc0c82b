import type { HealthCheck } from "../balancer/haproxy-checks";
import { etcdTimeout } from "../balancer/timing";
import { ours } from "./ours";

/** Where the API server reads who may ask for what without a name. */
const authenticationPath = "/etc/rancher/k3s/authentication.yaml";

/** Its text: strangers may ask for these paths, and for nothing else. */
export const authenticationFile = `${ours}
apiVersion: apiserver.config.k8s.io/v1beta1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /livez
    - path: /readyz
    - path: /healthz
`;

/** What k3s applies: Kubernetes lets strangers also ask for the version, and does not give back what this takes. */
export const publicRole = `${ours}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:public-info-viewer
  labels:
    kubernetes.io/bootstrapping: rbac-defaults
  annotations:
    rbac.authorization.kubernetes.io/autoupdate: "false"
rules:
  - nonResourceURLs: [/healthz, /livez, /readyz]
    verbs: [get]
`;

/** The API server's arguments for it: those that the user has given say otherwise. */
export function healthArguments(health: HealthCheck, given: readonly string[], inEtcd: boolean): string[] {
  const names = given.map(nameOf);
  // The check of etcd outlasts that of HAProxy by default, which would see no answer in place of a refusal.
  const timeouts = ["etcd-healthcheck-timeout", "etcd-readycheck-timeout"].map(
    (name) => `${name}=${etcdTimeout / 1000}s`,
  );
  return [...open[health], ...(inEtcd && health !== "any-401" ? timeouts : [])].filter(
    (argument) => !names.includes(nameOf(argument)),
  );
}

/** What a server has to be told, so that strangers may ask. */
const open: Record<HealthCheck, string[]> = {
  "anonymous-health": [`authentication-config=${authenticationPath}`],
  "anonymous-auth": ["anonymous-auth=true"],
  "any-401": [],
};

/**
 * etcd's arguments for a leader that is gone to be noticed within two seconds, and not within ten: until there is another
 * one nobody reads from etcd. These are etcd's own values, in place of k3s's. They belong together, so that a user who
 * gives one has given both.
 */
export function electionArguments(given: readonly string[]): string[] {
  const times = ["heartbeat-interval=100", "election-timeout=1000"];
  const names = given.map(nameOf);
  return times.some((time) => names.includes(nameOf(time))) ? [] : times;
}

function nameOf(argument: string): string {
  return argument.replace(/=.*$/s, "");
}
