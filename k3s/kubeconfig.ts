import { parse, stringify } from "yaml";

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string; "certificate-authority-data": string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  users: { name: string; user: Record<string, string> }[];
  "current-context": string;
}

/** The kubeconfig that k3s wrote for its own machine, turned to the endpoint and named for the cluster. */
export function kubeconfigFor(text: string, cluster: string, server: string): string {
  const config = parse(text) as Kubeconfig;
  const [first] = config.clusters;
  const [user] = config.users;
  if (!first || !user) throw new Error("The kubeconfig of the first server holds no cluster or no user.");
  return stringify({
    ...config,
    clusters: [{ name: cluster, cluster: { ...first.cluster, server } }],
    users: [{ name: cluster, user: user.user }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    "current-context": cluster,
  });
}
