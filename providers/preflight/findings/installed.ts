import { namesNode, ownerFile } from "../../../k3s/owner";
import { all, type Facts, fact } from "../facts";
import {
  type Complaint,
  certificate,
  clusterCas,
  error,
  type Finding,
  isOurs,
  type Scene,
  type Seen,
  warning,
} from "../scene";

/** Whether the machine is free, or this very node already. */
export const installed: Record<string, Finding> = {
  owner: error(otherOwner),
  "other-machine": error(otherMachine),
  "other-role": error(otherRole),
  "other-kubernetes": error(otherDistribution),
  swarm: warning(swarm),
  "other-k3s": error(foreignK3s),
  "other-ca": error(otherCa),
  "agent-ca": error(agentOfOther),
  "unit-without-data": error(unitWithoutData),
  "binary-without-unit": warning(binaryWithoutUnit),
  "node-password": warning(lonePassword),
};

function otherOwner(machine: Seen, scene: Scene): Complaint | undefined {
  const owner = fact(machine.facts, "owner");
  if (!owner || isOurs(machine, scene)) return undefined;
  if (!namesNode(owner))
    return {
      what: `has a file ${ownerFile} that names no node, so that nobody can tell whose it is`,
      remedy: `If it is ${scene.cluster}/${machine.name}, write that into it; otherwise remove what is there first, or use another machine`,
    };
  return {
    what: `is node ${owner} already, by /etc/rancher/k3s/owner; it would be ${scene.cluster}/${machine.name}`,
    remedy: "Remove it there first, or use another machine",
  };
}

/** What is given to an update is a node already: made on another machine, it would be there twice. */
function otherMachine({ name, address, before, facts }: Seen): Complaint | undefined {
  if (!before || before === address || fact(facts, "owner")) return undefined;
  return {
    what: `holds no node, and ${name} was at ${before}; a node does not move to another machine`,
    remedy: `Give this machine a name of its own, which removes ${name}; ignore this finding where no node was made there yet`,
  };
}

/** The resource of the old role is deleted last, and would take the new one's node with it. */
function otherRole(machine: Seen, scene: Scene): Complaint | undefined {
  const { name, role, facts } = machine;
  const unit = fact(facts, role === "server" ? "agent_unit" : "server_unit");
  if (!unit || !isOurs(machine, scene)) return undefined;
  const [is, becomes] = role === "server" ? ["an agent", "a server"] : ["a server", "an agent"];
  return {
    what: `is ${is} of this cluster, and would become ${becomes}`,
    remedy: `Take ${name} out of the manifest and run pulumi up, then add it as ${becomes} and run it again`,
  };
}

function otherDistribution({ facts }: Seen): Complaint | undefined {
  const found = ["rke2", "kubeadm", "k0s", "microk8s"].flatMap((name) => {
    const [path] = all(facts, name);
    return path ? [`${name} (${path})`] : [];
  });
  if (found.length === 0) return undefined;
  return {
    what: `another Kubernetes is installed: ${found.join(", ")}; it is not touched`,
    remedy: "Remove it with its own means, or use another machine",
  };
}

function swarm({ facts }: Seen): Complaint | undefined {
  const [path] = all(facts, "swarm");
  if (!path) return undefined;
  return {
    what: `is in a Docker swarm (${path}), which shares ports and rules with k3s`,
    remedy: "Leave it with docker swarm leave, or use another machine",
  };
}

const unitOf = ({ facts }: Seen) => fact(facts, "server_unit") || fact(facts, "agent_unit");
const dataOf = ({ facts }: Seen) => dataIn(facts);
const dataIn = (facts: Facts) => fact(facts, "server_data") || fact(facts, "agent_data");

export function holdsK3s(facts: Facts): boolean {
  return dataIn(facts) !== "";
}

function foreignK3s(machine: Seen): Complaint | undefined {
  const data = dataOf(machine);
  if (fact(machine.facts, "owner") || !data || machine.running) return undefined;
  const { hash } = certificate(machine.facts, "ca") ?? certificate(machine.facts, "agent_ca") ?? {};
  return {
    what: `holds a k3s that is not ours (${data}, no owner${hash ? `, CA ${hash}` : ""}); it is not touched`,
    remedy:
      "Give adopt: true to take it over; or keep what you need of it and run k3s-uninstall.sh or k3s-agent-uninstall.sh, or use another machine",
  };
}

/** Of servers that all say they are ours, those with another CA than the first. */
function otherCa(machine: Seen, scene: Scene): Complaint | undefined {
  const mine = certificate(machine.facts, "ca");
  const [first, ...others] = clusterCas(scene);
  if (!isOurs(machine, scene) || !mine || !first || others.length === 0) return undefined;
  const differing = scene.machines.find(
    (other) =>
      isOurs(other, scene) &&
      certificate(other.facts, "ca") &&
      certificate(other.facts, "ca")?.hash !== mine.hash,
  );
  return {
    what: `has the CA ${mine.hash}; ${differing?.name} has ${certificate(differing?.facts ?? {}, "ca")?.hash}: two clusters under one name`,
    remedy: "Decide which one stays, and remove the other from its machines",
  };
}

function agentOfOther(machine: Seen, scene: Scene): Complaint | undefined {
  const mine = certificate(machine.facts, "agent_ca");
  const [first, ...others] = clusterCas(scene);
  const server = certificate(machine.facts, "ca");
  const wanted = server ?? (others.length === 0 ? first : undefined);
  // Without an owner it is not ours as a whole, and told so.
  if (!mine || !wanted || mine.hash === wanted.hash || !fact(machine.facts, "owner")) return undefined;
  return {
    what: `its agent has certificates of another cluster, of the CA ${mine.hash}; this one's is ${wanted.hash}`,
    remedy: "Move /var/lib/rancher/k3s/agent away, except images; it is made again",
  };
}

function unitWithoutData(machine: Seen): Complaint | undefined {
  const unit = unitOf(machine);
  if (!unit || dataOf(machine) || fact(machine.facts, "owner")) return undefined;
  return {
    what: `has ${unit}, which is not ours and never ran`,
    remedy: "Remove what another installer began: k3s-uninstall.sh or k3s-agent-uninstall.sh",
  };
}

function binaryWithoutUnit(machine: Seen): Complaint | undefined {
  const binary = fact(machine.facts, "binary");
  if (!binary || unitOf(machine) || dataOf(machine) || fact(machine.facts, "owner")) return undefined;
  return {
    what: `has ${binary}, which nothing starts`,
    remedy: "It is replaced; keep a copy if you need it",
  };
}

function lonePassword(machine: Seen): Complaint | undefined {
  const password = fact(machine.facts, "password");
  if (!password || dataOf(machine) || fact(machine.facts, "owner")) return undefined;
  return {
    what: `has ${password} of an earlier node; a cluster that knew it by another one refuses it`,
    remedy: "Remove the file, unless the node returns to that cluster under its name",
  };
}
