/** What k3s's own source says of its flags, as far as two ways to write one configuration have to be seen as one. */

/** Other names of a flag. */
const names: Record<string, string> = {
  c: "config",
  d: "data-dir",
  i: "node-ip",
  l: "log",
  o: "write-kubeconfig",
  s: "server",
  t: "token",
  "kube-controller-arg": "kube-controller-manager-arg",
  "kube-cloud-controller-arg": "kube-cloud-controller-manager-arg",
};

/** The name in full. */
export function flagName(name: string): string {
  return names[name] ?? name;
}

/** The variables that stand for a flag which is given nowhere else. */
export const variables: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "etcd-s3-access-key",
  AWS_SECRET_ACCESS_KEY: "etcd-s3-secret-key",
  AWS_SESSION_TOKEN: "etcd-s3-session-token",
  K3S_AGENT_TOKEN: "agent-token",
  K3S_AGENT_TOKEN_FILE: "agent-token-file",
  K3S_APISERVER_BIND_ADDRESS: "apiserver-bind-address",
  K3S_APISERVER_PORT: "apiserver-port",
  K3S_CLUSTER_INIT: "cluster-init",
  K3S_CLUSTER_RESET: "cluster-reset",
  K3S_CONFIG_FILE: "config",
  K3S_DATASTORE_CAFILE: "datastore-cafile",
  K3S_DATASTORE_CERTFILE: "datastore-certfile",
  K3S_DATASTORE_ENDPOINT: "datastore-endpoint",
  K3S_DATASTORE_KEYFILE: "datastore-keyfile",
  K3S_DATA_DIR: "data-dir",
  K3S_DEBUG: "debug",
  K3S_KUBECONFIG_GROUP: "write-kubeconfig-group",
  K3S_KUBECONFIG_MODE: "write-kubeconfig-mode",
  K3S_KUBECONFIG_OUTPUT: "write-kubeconfig",
  K3S_LB_SERVER_PORT: "lb-server-port",
  K3S_NODE_NAME: "node-name",
  K3S_RESOLV_CONF: "resolv-conf",
  K3S_SELINUX: "selinux",
  K3S_SUPERVISOR_PORT: "supervisor-port",
  K3S_SYSTEM_DEFAULT_REGISTRY: "system-default-registry",
  K3S_TOKEN: "token",
  K3S_TOKEN_FILE: "token-file",
  K3S_URL: "server",
  K3S_VPN_AUTH: "vpn-auth",
  K3S_VPN_AUTH_FILE: "vpn-auth-file",
};

const booleans = new Set(
  `alsologtostderr cluster-init cluster-reset debug disable-agent disable-apiserver disable-apiserver-lb
  disable-cloud-controller disable-controller-manager disable-default-registry-endpoint disable-etcd
  disable-helm-controller disable-kube-proxy disable-network-policy disable-scheduler docker embedded-registry
  enable-pprof etcd-disable-snapshots etcd-expose-metrics etcd-s3 etcd-s3-insecure etcd-s3-skip-ssl-verify
  etcd-snapshot-compress flannel-external-ip flannel-ipv6-masq kine-tls nonroot-devices prefer-bundled-bin
  protect-kernel-defaults rootless secrets-encryption selinux supervisor-metrics tls-san-security
  with-node-id`.split(/\s+/),
);

export function isBoolean(name: string): boolean {
  return booleans.has(name);
}

/** Lists whose order says something: addresses of two families. */
const ordered = [
  "airgap-extra-registry",
  "cluster-cidr",
  "cluster-dns",
  "node-external-dns",
  "node-external-ip",
  "node-internal-dns",
  "node-ip",
  "service-cidr",
];

/** Lists that k3s also takes as one text with commas. */
const withCommas = [...ordered, "disable", "tls-san"];

export function isList(name: string): boolean {
  return withCommas.includes(name) || /-arg$/.test(name) || /^node-(label|taint)$/.test(name);
}

const defaults: Record<string, string> = {
  "bind-address": "0.0.0.0",
  "cluster-cidr": "10.42.0.0/16",
  "cluster-dns": "10.43.0.10",
  "cluster-domain": "cluster.local",
  "data-dir": "/var/lib/rancher/k3s",
  "egress-selector-mode": "agent",
  "etcd-s3-endpoint": "s3.amazonaws.com",
  "etcd-s3-region": "us-east-1",
  "etcd-s3-timeout": "5m0s",
  "etcd-snapshot-name": "etcd-snapshot",
  "etcd-snapshot-retention": "5",
  "etcd-snapshot-schedule-cron": "0 */12 * * *",
  "flannel-backend": "vxlan",
  "https-listen-port": "6443",
  "lb-server-port": "6444",
  "private-registry": "/etc/rancher/k3s/registries.yaml",
  "secrets-encryption-provider": "aescbc",
  "service-cidr": "10.43.0.0/16",
  "service-node-port-range": "30000-32767",
  "servicelb-namespace": "kube-system",
  snapshotter: "overlayfs",
  "tls-san-security": "true",
  "write-kubeconfig": "/etc/rancher/k3s/k3s.yaml",
  "write-kubeconfig-mode": "600",
};

/** What a flag comes to, however it was written; nothing where that is what k3s does without it. */
export function meant(name: string, given: readonly string[]): string[] {
  const list = isList(name) ? given : given.slice(-1);
  const parts = withCommas.includes(name) ? list.flatMap((value) => value.split(",")) : list;
  const values = parts.map((value) => plainValue(name, value.trim())).filter((value) => value !== "");
  const all = isList(name) && !ordered.includes(name) ? [...new Set(values)].sort() : values;
  const standard = defaults[name] ?? (isBoolean(name) ? "false" : "");
  return all.join() === standard ? [] : all;
}

function plainValue(name: string, value: string): string {
  if (isBoolean(name)) return /^(1|t|true)$/i.test(value) ? "true" : "false";
  if (name === "write-kubeconfig-mode") return value.replace(/^0+(?=.)/, "");
  return name === "data-dir" ? value.replace(/\/+$/, "") : value;
}
