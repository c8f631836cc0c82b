import { judge, type Refusal } from "../../../k3s/adoption";
import {
  type Complaint,
  certificate,
  error,
  type Finding,
  isOurs,
  type Scene,
  type Seen,
  warning,
} from "../scene";

/** What becomes of a k3s that somebody else installed, where such a one is to be taken over. */
export const adoption: Record<string, Finding> = {
  "not-adopted": error(refused),
  "adopted-restart": warning(restarts),
  adopted: warning(asItRuns),
};

function judged(machine: Seen, scene: Scene) {
  const { name, running } = machine;
  const wanted = scene.adopt?.nodes[name];
  if (!running || !wanted) return undefined;
  const { refusals, differences } = judge(running, { ...wanted, version: scene.version ?? "" });
  return { running, differences, refusals: [...refusals, ...apart(machine, scene)] };
}

/** Whether it is of the cluster that the first server has. */
function apart(machine: Seen, scene: Scene): Refusal[] {
  const first = scene.machines.find(({ name }) => name === scene.adopt?.first);
  if (!first || first === machine) return [];
  if (!first.running && !isOurs(first, scene))
    return [
      {
        cause: `it has a cluster, and ${first.name}, the first of the servers, has none`,
        next: "put a server of that cluster first",
      },
    ];
  const its = machine.role === "server" ? machine.running?.serverCa : machine.running?.agentCa;
  const wanted = first.running?.serverCa ?? certificate(first.facts, "ca")?.hash;
  if (!wanted || its === wanted) return [];
  return [
    {
      cause: `it is of another cluster, of the CA ${its || "unknown"}; that of ${first.name} is ${wanted}`,
      next: "take the machine out of the manifest",
    },
  ];
}

function refused(machine: Seen, scene: Scene): Complaint | undefined {
  const { refusals = [] } = judged(machine, scene) ?? {};
  if (refusals.length === 0) return undefined;
  const remedy = [...new Set(refusals.map(({ next }) => next))].join("; ");
  return {
    what: `has a k3s that cannot be taken over: ${refusals.map(({ cause }) => cause).join("; ")}`,
    remedy: remedy.charAt(0).toUpperCase() + remedy.slice(1),
  };
}

function restarts(machine: Seen, scene: Scene): Complaint | undefined {
  const { running, refusals = [], differences = [] } = judged(machine, scene) ?? {};
  if (!running || refusals.length > 0 || (differences.length === 0 && running.active)) return undefined;
  const verb = running.active ? "restarts" : "is started";
  return {
    what: `has k3s ${running.version}, which is taken over and ${verb}${differences.length > 0 ? `: ${differences.join(", ")}` : ""}`,
    remedy: running.active
      ? "To take it over as it runs, declare these as they are"
      : "To see first whether it still runs, start it there",
  };
}

function asItRuns(machine: Seen, scene: Scene): Complaint | undefined {
  const { running, refusals = [], differences = [] } = judged(machine, scene) ?? {};
  if (!running?.active || refusals.length > 0 || differences.length > 0) return undefined;
  return {
    what: `has k3s ${running.version}, which is taken over as it runs`,
    remedy: "Nothing restarts; docs/adopting.md says how to undo it",
  };
}
