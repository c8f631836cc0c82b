import type { Refusal } from "./adoption";
import type { Settings } from "./effective";

const whole = "every server runs the whole control plane here";

/** Keys of k3s with which nobody here could look after a node. */
const reasons: Record<string, string> = {
  "apiserver-port": "servers answer at port 6443 here",
  "cluster-reset": "it would be reset again when it restarts",
  config: "its configuration is in another place than /etc/rancher/k3s/config.yaml",
  "container-runtime-endpoint": "only k3s's own containerd is looked after",
  "data-dir": "data is in /var/lib/rancher/k3s here",
  "disable-agent": whole,
  "disable-apiserver": whole,
  "disable-controller-manager": whole,
  "disable-etcd": whole,
  "disable-scheduler": whole,
  docker: "only k3s's own containerd is looked after",
  "https-listen-port": "servers answer at port 6443 here",
  "private-registry": "registries are in /etc/rancher/k3s/registries.yaml here",
  rootless: "k3s runs as root here",
  "supervisor-port": "servers answer at port 6443 here",
  "with-node-id": "the name of its node is not the one that is declared",
};

export function unmanageable(is: Settings): Refusal[] {
  return Object.entries(reasons)
    .filter(([key]) => key in is)
    .map(([key, reason]) => ({
      cause: `it runs with ${key}: ${is[key]?.join()}, and ${reason}`,
      next: "change that first, or use another machine",
    }));
}
