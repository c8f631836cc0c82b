import { z } from "zod";
import { shown } from "./shown";
import { mapKey, printableLines } from "./text";

const scalar = z.union(
  [z.string().regex(new RegExp(`^${printableLines}{0,65536}$`, "u")), z.number(), z.boolean()],
  {
    error: ({ input }) => notValue(input),
  },
);

const keyPattern = /^[a-z0-9][-a-z0-9]{0,62}\+?$/;

/** Other keys of k3s's own configuration file. */
export const config = z.record(
  mapKey(keyPattern.source, wrongKey),
  z.union([scalar, z.array(scalar)], { error: ({ input }) => notValue(input) }),
);

/** Some keys of k3s hold passwords, so text is not shown. */
function notValue(value: unknown): string {
  if (typeof value === "string")
    return "the text is longer than 65536 characters or holds a character that k3s cannot read";
  return `${shown(value)} is not a value of k3s: text, a number, true, false, or a list of these`;
}

function wrongKey(key: string): string | undefined {
  // A "+" adds to a list of an earlier file and does not change whose key it is.
  const reason = reserved[key.replace(/\+$/, "")];
  if (reason && Object.hasOwn(reserved, key.replace(/\+$/, ""))) return `${key} is reserved: ${reason}`;
  if (keyPattern.test(key)) return undefined;
  const right = key.replace(/^-+/, "").replace(/_/g, "-").toLowerCase();
  return `${shown(key)} is not a key of k3s: a flag without its dashes, such as ${/^[a-z0-9][-a-z0-9]{1,62}$/.test(right) ? right : "flannel-iface"}`;
}

const token = "use token, at the top of the manifest";
const agentToken = "use agentToken, at the top of the manifest";
const server = "which server to join is worked out from servers and endpoint";
const dataDir = "data is kept in /var/lib/rancher/k3s, where removal looks for it";
const datastore = "use datastore, at the top of the manifest";
const network = (field: string) => `use network.${field}, at the top of the manifest`;
const whole = "every server runs the whole control plane, and is checked for it";
const reset = "it throws the other members away; a restore is a step of its own, not a setting";

/** Keys that the manifest has another place for, or that would break what the tool promises. */
const reserved: Record<string, string> = {
  token,
  t: token,
  "token-file": token,
  "agent-token": agentToken,
  "agent-token-file": agentToken,
  server,
  s: server,
  "https-listen-port": "servers answer at port 6443, where the other nodes look for them",
  "cluster-init": "the first of servers starts the cluster by itself",
  "node-name": "use name, on the machine",
  "with-node-id": "use name, on the machine, for the whole name of its node",
  "node-label": "use labels, on the machine or at the top of the manifest",
  "tls-san": "use tlsSans, at the top of the manifest",
  disable: "use disable, at the top of the manifest",
  "data-dir": dataDir,
  d: dataDir,
  "datastore-endpoint": datastore,
  "datastore-cafile": datastore,
  "datastore-certfile": datastore,
  "datastore-keyfile": datastore,
  "disable-etcd": datastore,
  "cluster-cidr": network("clusterCidr"),
  "service-cidr": network("serviceCidr"),
  "cluster-dns": network("clusterDns"),
  "flannel-backend": network("flannelBackend"),
  "node-taint": "use taints, on the machine or its pool",
  "private-registry": "use registries, at the top of the manifest",
  "disable-agent": whole,
  "disable-apiserver": whole,
  "disable-controller-manager": whole,
  "disable-scheduler": whole,
  "cluster-reset": reset,
  "cluster-reset-restore-path": reset,
};
