/** What scripts/probe.sh found, by name. */
export type Facts = Record<string, string>;

type Finding = (facts: Facts, owner: string) => string | undefined;

/** Everything that keeps a machine from becoming a node, each with what to do. */
const findings: Finding[] = [
  unsupportedArchitecture,
  otherInit,
  missingCgroups,
  noCurl,
  otherOwner,
  foreignCluster,
  busyPorts,
];

export function complaints(facts: Facts, owner: string): string[] {
  return findings.map((finding) => finding(facts, owner)).filter((complaint) => complaint !== undefined);
}

export function parseFacts(text: string): Facts {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1).trim()]),
  );
}

function unsupportedArchitecture({ arch }: Facts): string | undefined {
  if (arch === "x86_64" || arch === "aarch64") return undefined;
  return `its architecture is ${arch}; k3s is released for x86_64 and aarch64`;
}

function otherInit({ init }: Facts): string | undefined {
  return init === "systemd" ? undefined : `its init is ${init}; systemd is needed`;
}

function missingCgroups({ cgroups = "" }: Facts): string | undefined {
  const missing = ["cpu", "memory", "pids"].filter((name) => !cgroups.split(" ").includes(name));
  if (missing.length === 0) return undefined;
  return `the cgroup controllers ${missing.join(", ")} are off; turn them on at boot (cgroup_enable=memory)`;
}

function noCurl({ curl }: Facts): string | undefined {
  return curl === "yes" ? undefined : "curl is missing; install it with the machine's package manager";
}

function otherOwner({ owner }: Facts, ours: string): string | undefined {
  if (!owner || owner === ours) return undefined;
  return `it is node ${owner} of another cluster or under another name; remove it there first`;
}

function foreignCluster({ owner, leftovers }: Facts): string | undefined {
  if (owner || !leftovers) return undefined;
  return `another Kubernetes is installed (${leftovers}); it is not touched: remove it, or use another machine`;
}

function busyPorts({ owner, busy }: Facts): string | undefined {
  if (owner || !busy) return undefined;
  return `something listens on port ${busy.split(" ").join(", ")}; find it with ss -ltnp and stop it`;
}
