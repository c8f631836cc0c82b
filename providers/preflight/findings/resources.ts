import { inotify, type Minimum, memoryTold } from "../../../k3s/requirements";
import { count, words } from "../facts";
import { placeOf } from "../place";
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

/** Whether the machine is large enough for its role. */
export const resources: Record<string, Finding> = {
  memory: error(littleMemory),
  cpus: error(fewCpus),
  disk: error(littleDisk),
  swap: warning(swapOn),
  inotify: warning(lowInotify),
};

const mib = 1024;
const gib = 1024 * 1024;

function littleMemory(machine: Seen, scene: Scene): Complaint | undefined {
  const { role, facts } = machine;
  const has = count(facts, "memory");
  const needs = minimumOf(machine, scene).memoryMiB;
  if (has === undefined || has >= needs * mib * memoryTold) return undefined;
  return {
    what: `has ${Math.round(has / mib)} MiB of memory; ${aPart(role)} needs ${needs}`,
    remedy: "Give it more, or lower minima",
  };
}

function fewCpus(machine: Seen, scene: Scene): Complaint | undefined {
  const { role, facts } = machine;
  const has = count(facts, "cpus");
  const needs = minimumOf(machine, scene).cpus;
  // Some architectures do not list them so.
  if (!has || has >= needs) return undefined;
  return { what: `has ${has} CPU; ${aPart(role)} needs ${needs}`, remedy: "Give it more, or lower minima" };
}

function littleDisk(machine: Seen, scene: Scene): Complaint | undefined {
  const { role, facts } = machine;
  const place = placeOf(facts, "/var/lib/rancher/k3s");
  const needs = minimumOf(machine, scene).diskGiB;
  // A node that runs has filled its part of it.
  if (runsAlready(machine, scene) || place?.free === undefined || place.free >= needs * gib) return undefined;
  return {
    what: `has ${(place.free / gib).toFixed(1)} GiB free at ${place.point} for /var/lib/rancher/k3s; ${aPart(role)} needs ${needs}`,
    remedy: "Free some, mount a larger disk there, or lower minima",
  };
}

function swapOn({ facts }: Seen): Complaint | undefined {
  const swaps = words(facts, "swap");
  if (swaps.length === 0) return undefined;
  return {
    what: `swaps to ${swaps.join(", ")}; a node that swaps is slow where it should be full`,
    remedy: "Turn it off with swapoff -a and in /etc/fstab",
  };
}

function lowInotify({ facts }: Seen): Complaint | undefined {
  const low = Object.entries(inotify)
    .map(([name, needs]) => ({ name, needs, has: count(facts, `inotify_${name}`) }))
    .filter(({ has, needs }) => has !== undefined && has < needs);
  if (low.length === 0) return undefined;
  return {
    what: low
      .map(({ name, has, needs }) => `has fs.inotify.max_user_${name} ${has}; ${needs} is wanted`)
      .join(", "),
    remedy: "Raise it in /etc/sysctl.d, and run sysctl --system",
  };
}

/** What the documentation of k3s asks of a node, or the manifest. */
function minimumOf({ role }: Seen, { minima }: Scene): Minimum {
  return minima[role === "server" ? "server" : "agent"];
}
