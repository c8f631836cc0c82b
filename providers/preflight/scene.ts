import { createHash, X509Certificate } from "node:crypto";
import type { VirtualAddress } from "../../balancer/virtual-addresses";
import type { Wanted } from "../../k3s/adoption";
import type { Role } from "../../k3s/config";
import type { Minimum } from "../../k3s/requirements";
import type { Running } from "../../k3s/running";
import { type Facts, fact } from "./facts";

/** What a machine is to the cluster: one of its nodes, or a machine in front of them. */
export type Part = Role | "balancer";

/** It in words. */
export function aPart(part: Part): string {
  return part === "agent" ? "an agent" : `a ${part}`;
}

/** A machine that was looked at. */
export interface Seen {
  name: string;
  role: Part;
  /** Where it is reached from here, with its port. */
  address: string;
  nodeIp?: string;
  /** Where the one of this name was reached before. */
  before?: string;
  facts: Facts;
  /** The k3s of somebody else that it holds, where such a one is to be taken over. */
  running?: Running;
  /** Seconds that its clock is before that of this computer. */
  ahead: number;
}

/** What HAProxy and keepalived will need. */
export interface Balancers {
  /** The TCP ports that HAProxy takes. */
  ports: Record<Part, number[]>;
  /** Those of them that others connect to. */
  open: Record<Part, number[]>;
  /** What those of one part will have between them, and where it answers. */
  vip?: { role: Part; addresses: VirtualAddress[]; interface?: string; port: number };
}

/** What machines are to run with whose k3s may be somebody else's, by their names; absent where none is taken over. */
export interface Adopting {
  /** The server that others join. */
  first: string;
  nodes: Record<string, Omit<Wanted, "version">>;
}

/** What the findings compare a machine with. */
export interface Scene {
  cluster: string;
  version?: string;
  minima: Record<Role, Minimum>;
  flannelBackend: string;
  mirror?: string;
  /** What it is fetched through: nothing where that is for the machines to say, "none" for no proxy. */
  mirrorProxy?: string;
  etcd: boolean;
  balancers?: Balancers;
  adopt?: Adopting;
  machines: readonly Seen[];
}

/** What is wrong, a clause, and what the reader can do, a sentence without a full stop. */
export interface Complaint {
  what: string;
  remedy: string;
}

/** Looks at one machine; those that compare machines find the others in the scene. */
export type Find = (machine: Seen, scene: Scene) => Complaint | undefined;

export type Level = "error" | "warning";

export interface Finding {
  level: Level;
  find: Find;
}

export function error(find: Find): Finding {
  return { level: "error", find };
}

export function warning(find: Find): Finding {
  return { level: "warning", find };
}

export interface Certificate {
  /** SHA-256 of the file, as a token has it after K10. */
  hash: string;
  notBefore: Date;
}

/** A certificate's file as the probe sends it; nothing where it holds none. */
export function certificate(facts: Facts, name: string): Certificate | undefined {
  const file = Buffer.from(fact(facts, name), "base64");
  if (file.length === 0) return undefined;
  try {
    const { validFrom } = new X509Certificate(file);
    return { hash: createHash("sha256").update(file).digest("hex"), notBefore: new Date(validFrom) };
  } catch {
    // Not a certificate: k3s itself says so, and better.
    return undefined;
  }
}

/** Whether this machine is already this very node of this very cluster. */
export function isOurs({ name, facts }: Seen, { cluster }: Scene): boolean {
  return fact(facts, "owner") === `${cluster}/${name}`;
}

/** Whether it runs k3s already, as this node or to become it. */
export function runsAlready(machine: Seen, scene: Scene): boolean {
  return isOurs(machine, scene) || machine.running !== undefined;
}

/** The CAs of the servers of this cluster, by hash. */
export function clusterCas(scene: Scene): Certificate[] {
  const found = scene.machines
    .filter((machine) => isOurs(machine, scene))
    .map(({ facts }) => certificate(facts, "ca"))
    .filter((ca) => ca !== undefined);
  return [...new Map(found.map((ca) => [ca.hash, ca])).values()];
}

/** The other machines with the same text of a fact, where there is one. */
export function sharing(machine: Seen, { machines }: Scene, text: (machine: Seen) => string): string[] {
  const mine = text(machine);
  if (!mine) return [];
  return machines.filter((other) => text(other) === mine).map(({ name }) => name);
}
