import { isMap, valueAt, type Way } from "./place";

/** A machine as it was written, which need not be right. */
export interface WrittenMachine {
  way: Way;
  role: "server" | "agent" | "balancer";
  machine: Record<PropertyKey, unknown>;
  /** What it inherits from, nearest first: its pool if it has one, then the manifest. */
  above: unknown[];
  name?: string;
  host?: string;
  nodeIp?: string;
}

/** Every node of a manifest, in the order that the normalised manifest has them in. */
export function machinesOf(manifest: unknown): WrittenMachine[] {
  return [...membersOf(manifest, "server"), ...membersOf(manifest, "agent")];
}

/** Machines that are no nodes. */
export function balancersOf(manifest: unknown): WrittenMachine[] {
  return membersOf(manifest, "balancer");
}

/** Pools of a manifest, as far as they are maps. */
export function poolsOf(manifest: unknown) {
  return mapsIn(manifest, ["pools"]);
}

function membersOf(manifest: unknown, role: WrittenMachine["role"]): WrittenMachine[] {
  const member =
    (above: unknown[]) =>
    ({ way, map }: Place) => ({
      way,
      role,
      machine: map,
      above,
      name: textOf(map.name),
      host: textOf(map.host),
      nodeIp: textOf(map.nodeIp),
    });
  return [
    ...mapsIn(manifest, [`${role}s`]).map(member([manifest])),
    ...poolsOf(manifest)
      .filter(({ map }) => map.role === role)
      .flatMap(({ way, map }) => mapsIn(manifest, [...way, "machines"]).map(member([map, manifest]))),
  ];
}

interface Place {
  way: Way;
  map: Record<PropertyKey, unknown>;
}

function mapsIn(manifest: unknown, way: Way): Place[] {
  const list = valueAt(manifest, way);
  if (!Array.isArray(list)) return [];
  return list.flatMap((map, index) =>
    isMap(map) && !Array.isArray(map) ? [{ way: [...way, index], map }] : [],
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
