import type { Finding, Level } from "../scene";
import { balancers } from "./balancers";
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
  ...system,
  ...resources,
  ...storage,
  ...network,
  ...balancers,
  ...clock,
  ...software,
};

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
