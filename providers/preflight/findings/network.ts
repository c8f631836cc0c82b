import { openings } from "../../../k3s/requirements";
import { all, fact } from "../facts";
import {
  aPart,
  type Complaint,
  error,
  type Finding,
  runsAlready,
  type Scene,
  type Seen,
  warning,
} from "../scene";

/** Whether the machine finds the others and is found. */
export const network: Record<string, Finding> = {
  route: error(noDefaultRoute),
  localhost: error(noLocalhost),
  "own-name": warning(unresolvedHostname),
  mirror: error(noMirror),
  ports: error(busyPorts),
  firewall: warning(firewall),
  "cloud-routes": warning(cloudRoutes),
  "peer-blocked": error(blockedPeers),
  "peer-kubelet-blocked": warning(blockedKubelets),
  "peer-silent": warning(silentPeers),
};

function noDefaultRoute({ facts }: Seen): Complaint | undefined {
  if (all(facts, "route").length > 0) return undefined;
  return {
    what: "has no default route; k3s takes its address from it",
    remedy:
      "Add one, if only to a dummy link: ip link add dummy0 type dummy, an address for it, ip route add default dev dummy0",
  };
}

function noLocalhost({ facts }: Seen): Complaint | undefined {
  if (!all(facts, "unresolved").includes("localhost")) return undefined;
  return { what: "does not resolve localhost", remedy: "Write 127.0.0.1 localhost into /etc/hosts" };
}

function unresolvedHostname({ facts }: Seen): Complaint | undefined {
  if (!all(facts, "unresolved").includes("hostname")) return undefined;
  const hostname = fact(facts, "hostname");
  return {
    what: `does not resolve its own hostname ${hostname}; sudo and others wait for that`,
    remedy: `Write 127.0.1.1 ${hostname} into /etc/hosts`,
  };
}

/** The exit codes of curl that say more than that it failed. */
const curlWords: Record<string, [what: string, remedy: string]> = {
  5: [
    "does not resolve the proxy on the way to",
    "Correct the proxy's name: proxy in the manifest, else the machine's environment",
  ],
  6: ["does not resolve the host of", "Correct /etc/resolv.conf, or the name"],
  7: ["is refused by", "Check that it listens, and the firewalls on the way"],
  28: ["gets no answer in time from", "Check the address, the route, and the firewalls on the way"],
  35: ["cannot speak TLS with", "Check that the port is one of TLS"],
  60: [
    "does not trust the certificate of",
    "Install its CA on the machine (update-ca-certificates, update-ca-trust)",
  ],
};

function noMirror({ facts }: Seen, { mirror, mirrorProxy = "none" }: Scene): Complaint | undefined {
  const code = fact(facts, "mirror");
  if (!mirror || !code || code === "0") return undefined;
  const [what, remedy] = curlWords[code] ?? ["cannot fetch from", `Try curl there, which ends with ${code}`];
  const through = /^(none)?$/.test(mirrorProxy) ? "" : ` through the proxy ${withoutSecrets(mirrorProxy)}`;
  return { what: `${what} ${withoutSecrets(mirror)}${through}`, remedy };
}

function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*/, "");
}

function busyPorts(machine: Seen, scene: Scene): Complaint | undefined {
  const busy = all(machine.facts, "busy")
    .map((line) => line.split(" "))
    .filter(([port, process = ""]) => !isExpected(Number(port), process, machine, scene));
  if (busy.length === 0) return undefined;
  const list = busy.map(
    ([port = "", process]) =>
      `port ${port} ${process ? `by ${process}` : "by another network namespace or the kernel"}`,
  );
  return {
    what: `something listens on ${list.join(", ")}`,
    remedy: "Stop it, or move it to another port (ss -ltnp shows it)",
  };
}

function isExpected(port: number, process: string, machine: Seen, scene: Scene): boolean {
  if (runsAlready(machine, scene) && /^(k3s.*|)$/.test(process)) return true;
  const ours = all(machine.facts, "installed").includes("haproxy");
  return ours && process === "haproxy" && (scene.balancers?.ports[machine.role] ?? []).includes(port);
}

function firewall({ role, facts }: Seen, { flannelBackend, etcd, balancers }: Scene): Complaint | undefined {
  const active = all(facts, "active").filter((name) => name === "ufw" || name === "firewalld");
  const [first] = active;
  if (!first) return undefined;
  const more = (balancers?.open[role] ?? []).map((port) => `${port}/tcp`);
  const vrrp = role === balancers?.vip?.role ? ["VRRP (IP protocol 112)"] : [];
  const nodes = role === "balancer" ? [] : openings(role, flannelBackend, etcd);
  const needed = [...nodes, ...more, ...vrrp].join(", ");
  const pods = role === "balancer" ? "" : ", and trust 10.42.0.0/16 and 10.43.0.0/16,";
  return {
    what: `has ${first} active; ${aPart(role)} needs ${needed} open`,
    remedy: `Open these to the other machines${pods} or turn it off`,
  };
}

function cloudRoutes({ facts }: Seen): Complaint | undefined {
  if (!all(facts, "active").includes("nm-cloud-setup")) return undefined;
  return {
    what: "runs nm-cloud-setup, whose routes break those of pods",
    remedy: "Disable nm-cloud-setup.service and nm-cloud-setup.timer, and reboot",
  };
}

interface Way {
  peer: string;
  port: number;
  state: string;
}

const closed: Record<string, string> = { filtered: "no answer", rejected: "rejected on the way" };

/** The ways to other machines on which nothing came through. */
function closedWays({ facts }: Seen): Way[] {
  return all(facts, "peer")
    .map((line) => line.split(" "))
    .map(([peer = "", port = "", state = ""]) => ({ peer, port: Number(port), state }))
    .filter(({ state }) => state in closed)
    .sort((a, b) => a.peer.localeCompare(b.peer) || a.port - b.port);
}

const told = (ways: Way[]) =>
  ways.map(({ peer, port, state }) => `${peer}:${port} (${closed[state]})`).join(", ");

function isSeen(scene: Scene, { peer }: Way): boolean {
  return scene.machines.some(({ name }) => name === peer);
}

function blockedPeers(machine: Seen, scene: Scene): Complaint | undefined {
  const ways = closedWays(machine).filter((way) => isSeen(scene, way) && way.port !== 10250);
  if (ways.length === 0) return undefined;
  return { what: `does not reach ${told(ways)}`, remedy: "Open these ports in the firewalls on the way" };
}

function blockedKubelets(machine: Seen, scene: Scene): Complaint | undefined {
  const ways = closedWays(machine).filter((way) => isSeen(scene, way) && way.port === 10250);
  if (ways.length === 0) return undefined;
  return {
    what: `does not reach the kubelet of ${told(ways)}; kubectl logs and exec will fail there`,
    remedy: "Open this port in the firewalls on the way",
  };
}

/** A machine that was there before may be down, and may be the reason for a new one. */
function silentPeers(machine: Seen, scene: Scene): Complaint | undefined {
  const ways = closedWays(machine).filter((way) => !isSeen(scene, way));
  if (ways.length === 0) return undefined;
  return {
    what: `does not reach ${told(ways)}`,
    remedy: "Check that these machines are up, and the firewalls on the way",
  };
}
