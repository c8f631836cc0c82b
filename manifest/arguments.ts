import { z } from "zod";
import { argumentName } from "../k3s/arguments";
import { shown } from "./shown";
import { printableLines, text } from "./text";

/** Arguments that the manifest has a place for. */
const places: Record<string, Record<string, string>> = {
  kubelet: {
    "node-labels": "labels",
    "register-with-taints": "taints",
    "node-ip": "nodeIp",
    "hostname-override": "name",
    "cluster-dns": "network.clusterDns",
  },
  apiserver: { "service-cluster-ip-range": "network.serviceCidr" },
};

const argument = text({
  what: "an argument",
  allowed: "key=value without leading dashes, such as max-pods=250",
  pattern: new RegExp(`^[a-z][-a-z0-9]{0,62}=${printableLines}{0,65536}$`, "u"),
  hint: (value) => (value.startsWith("-") ? `write it without the leading dashes` : undefined),
  // Some name passwords.
  secret: true,
});

/** Arguments of a part of Kubernetes, each once. */
export function argumentsOf(part: "kubelet" | "apiserver") {
  const args = z.array(argument).superRefine((list, context) => {
    for (const [index, each] of list.entries()) {
      const name = argumentName(each);
      const place = places[part]?.[name];
      const wrong = place
        ? `${name} has a place of its own: use ${place}`
        : list.indexOf(each) < index && `${shown(name)} is in this list already, with the same value`;
      if (wrong) context.addIssue({ code: "custom", path: [index], message: wrong });
    }
  });
  return z
    .strictObject({
      args: args
        .default([])
        .describe("Each as key=value, without leading dashes; not what config gives it too"),
    })
    .meta({
      id: part,
      description: `Arguments of the ${part === "kubelet" ? "kubelet of every node" : "API server, on every server"}.`,
    });
}
