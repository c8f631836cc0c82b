import type { HealthCheck } from "../balancer/haproxy-checks";
import { etcdTimeout } from "../balancer/timing";
import { argumentName } from "./arguments";
import { ours } from "./ours";

/** How servers let strangers ask for their health; the third way needs nothing of them. */
export type OpenHealth = Exclude<HealthCheck, "any-401">;

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
export function healthArguments(health: OpenHealth, given: readonly string[], inEtcd: boolean): string[] {
  const names = given.map(argumentName);
  const open =
    health === "anonymous-health" ? `authentication-config=${authenticationPath}` : "anonymous-auth=true";
  // The check of etcd outlasts that of HAProxy by default, which would see no answer in place of a refusal.
  const timeouts = ["etcd-healthcheck-timeout", "etcd-readycheck-timeout"].map(
    (name) => `${name}=${etcdTimeout}ms`,
  );
  return [open, ...(inEtcd ? timeouts : [])].filter((argument) => !names.includes(argumentName(argument)));
}
