import { fact } from "../facts";
import {
  type Complaint,
  certificate,
  clusterCas,
  error,
  type Finding,
  type Scene,
  type Seen,
  warning,
} from "../scene";

/** Whether the machine knows what time it is. */
export const clock: Record<string, Finding> = {
  "clock-skew": error((machine, scene) => skewed(machine, scene, 30, Number.POSITIVE_INFINITY)),
  "clock-drift": warning((machine, scene) => skewed(machine, scene, 5, 30)),
  "clock-before-ca": error(beforeCa),
  ntp: warning(unsynchronised),
};

/** Of fewer than three nobody can say which one is right; then this computer is. */
function reference({ machines }: Scene): { ahead: number; name: string } {
  const sorted = machines.map(({ ahead }) => ahead).sort((a, b) => a - b);
  if (sorted.length < 3) return { ahead: 0, name: "this computer's clock" };
  return { ahead: sorted[Math.floor(sorted.length / 2)] ?? 0, name: "the median of all machines" };
}

function skewed({ ahead }: Seen, scene: Scene, more: number, atMost: number): Complaint | undefined {
  const { ahead: right, name } = reference(scene);
  const skew = Math.round(ahead - right);
  if (Math.abs(skew) <= more || Math.abs(skew) > atMost) return undefined;
  return {
    what: `its clock is ${duration(skew)} ${skew < 0 ? "behind" : "before"} ${name}; ${more} s are the most`,
    remedy: "Set it: turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  };
}

function duration(seconds: number): string {
  const length = Math.abs(seconds);
  if (length < 600) return `${length} s`;
  return length < 172_800 ? `${(length / 3_600).toFixed(1)} h` : `${Math.round(length / 86_400)} days`;
}

function beforeCa(machine: Seen, scene: Scene): Complaint | undefined {
  const now = Number(fact(machine.facts, "time")) * 1_000;
  const [only, ...others] = clusterCas(scene);
  const ca = certificate(machine.facts, "ca") ?? (others.length === 0 ? only : undefined);
  if (!now || !ca || ca.notBefore.getTime() <= now) return undefined;
  return {
    what: `its clock says ${iso(now)}; the cluster's CA is valid from ${iso(ca.notBefore.getTime())} on`,
    remedy: "Set its clock (timedatectl set-ntp true)",
  };
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

function unsynchronised({ facts }: Seen): Complaint | undefined {
  if (fact(facts, "ntp") !== "no") return undefined;
  return {
    what: "nothing sets its clock: it is not synchronised by NTP",
    remedy: "Turn on chrony or systemd-timesyncd (timedatectl set-ntp true)",
  };
}
