import type { Member } from "./connection";

/** The servers of clusters that go on, as they are to be after this operation. A cluster that is destroyed has none here. */
const clusters = new Map<string, readonly Member[]>();

export function staysWith(cluster: string, servers: readonly Member[]): void {
  clusters.set(cluster, servers);
}

/** Nothing where nobody has said that the cluster goes on. */
export function staying(cluster: string): readonly Member[] | undefined {
  return clusters.get(cluster);
}

const inOrder = new Set<string>();

/** Whoever leaves a cluster in this operation is taken out of it before its machine is cleared. */
export function haveLeave(cluster: string): void {
  inOrder.add(cluster);
}

export function leavesInOrder(cluster: string): boolean {
  return inOrder.has(cluster);
}

const kept = new Set<string>();

/** A node, by its id, could not leave: its machine is not to be cleared in this operation. */
export function keep(id: string): void {
  kept.add(id);
}

export function hasToStay(id: string): boolean {
  return kept.has(id);
}
