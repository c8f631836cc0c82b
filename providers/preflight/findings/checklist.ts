import type { Finding, Level, Part } from "../scene";
import { adoption } from "./adoption";
import { apart, balancers } from "./balancers";
import { clock } from "./clock";
import { identity } from "./identity";
import { installed } from "./installed";
import { network } from "./network";
import { resources } from "./resources";
import { software } from "./software";
import { storage } from "./storage";
import { system } from "./system";

/** Everything that is looked for on a machine, in the order it is told. */
export const checklist: Readonly<Record<string, Finding>> = {
  ...identity,
  ...installed,
  ...adoption,
  ...system,
  ...resources,
  ...storage,
  ...network,
  ...balancers,
  ...clock,
  ...software,
};

/** What concerns a machine that is no node. */
const besideNodes: Readonly<Record<string, Finding>> = {
  ...identity,
  ...balancers,
  ...apart,
  ...clock,
  ...only(system, "init", "systemd-state", "systemd-jobs"),
  ...only(network, "localhost", "own-name", "ports", "firewall", "peer-blocked", "peer-silent"),
  ...only(software, "curl", "flock", "ip"),
};

export function checklistOf(part: Part): Readonly<Record<string, Finding>> {
  return part === "balancer" ? besideNodes : checklist;
}

function only(findings: Record<string, Finding>, ...names: string[]): Record<string, Finding> {
  return Object.fromEntries(Object.entries(findings).filter(([name]) => names.includes(name)));
}

/** Why a machine could not be looked at, by the kind of its RemoteError. */
export const connectionFindings = {
  refused: "connection-refused",
  unreachable: "unreachable",
  "timed out": "timed-out",
  "unknown host": "unknown-host",
  "host key": "host-key",
  authentication: "authentication",
  "connection lost": "connection-lost",
  failed: "probe-failed",
} as const;

/** What shows only later: when a server's machine is staged, and when its node or an agent's is Ready. */
const later = { "slow-disk": "warning", "pod-network": "error" } as const;

/** Every name that an override may have, with its level by default. */
export const levels: Readonly<Record<string, Level>> = {
  ...Object.fromEntries(Object.values(connectionFindings).map((name) => [name, "error"] as const)),
  ...Object.fromEntries(Object.entries(checklist).map(([name, { level }]) => [name, level])),
  ...later,
};
