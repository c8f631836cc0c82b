import { z } from "zod";
import { shown } from "./shown";
import { mapKey, text } from "./text";

/** Parts of patterns; none of them looks further than it may be long. */
export const labelName = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const labelPrefix =
  "(?=[-.a-z0-9]{1,253}(/|$))[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

/** A name, with an optional DNS name before it. */
export const qualifiedName = `(${labelPrefix}/)?${labelName}`;

const keyPattern = `^${qualifiedName}$`;

export const labelValue = text({
  what: "a label value",
  allowed: 'at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
  pattern: new RegExp(`^(${labelName})?$`),
});

/** What the kubelet refuses to start with would otherwise show only on the machine. */
export const labels = z.record(mapKey(keyPattern, wrongKey), labelValue);

function wrongKey(key: string): string | undefined {
  const slash = key.indexOf("/");
  const prefix = key.slice(0, Math.max(slash, 0));
  if (!new RegExp(keyPattern).test(key))
    return `${shown(key)} is not a label key: at most 63 letters, digits, "-", "_" and ".", after an optional DNS name and "/", such as example.com/tier`;
  if (!isReserved(prefix) || kubeletSets.has(key)) return undefined;
  return prefix === "node-role.kubernetes.io"
    ? `${shown(key)} cannot be set by a node on itself: use a key of your own, or kubectl label node`
    : `${shown(key)} belongs to Kubernetes: use a key of your own, or one that starts with node.kubernetes.io/`;
}

function isReserved(prefix: string): boolean {
  if (!/(^|\.)(kubernetes|k8s)\.io$/.test(prefix)) return false;
  return !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix);
}

/** The kubelet's own list, beyond the two prefixes that are open to it. */
const kubeletSets = new Set([
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);
