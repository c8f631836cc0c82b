import type { NodeConfig } from "../../../k3s/config";
import { patchOf } from "../../../providers/node/object";
import type { NodeObject } from "../../../providers/node/observe";
import { parsedTaint, taintText } from "../../../providers/node/taints";

interface Declared {
  labels?: Record<string, string>;
  taints?: string[];
}

/** A node's object. */
interface Its extends Declared {
  unschedulable?: boolean;
}

function configOf({ labels, taints }: Declared): NodeConfig {
  return { role: "agent", name: "a1", labels, ...(taints ? { extra: { "node-taint": taints } } : {}) };
}

function objectOf({ labels, taints, unschedulable }: Its): NodeObject {
  return { metadata: { labels }, spec: { taints: taints?.map(parsedTaint), unschedulable } };
}

/** The change from what an object has to what is declared, where something else was declared or seen before. */
function patch(
  its: Its,
  wanted: Declared,
  before: Declared & { node?: string } = wanted,
): object | undefined {
  return patchOf(objectOf(its), configOf(wanted), { config: configOf(before), node: before.node });
}

const labels = (its: Record<string, string | null>) => ({ metadata: { labels: its } });
const taints = (...its: string[]) => ({ spec: { taints: its.map(parsedTaint) } });

test.each<[string, Its, Declared, (Declared & { node?: string }) | undefined, object | undefined]>([
  [
    "nothing where nothing is declared",
    { labels: { foreign: "1" }, taints: ["odd:NoSchedule"] },
    {},
    undefined,
    undefined,
  ],
  [
    "nothing where all is as declared",
    { labels: { a: "1", b: "2" } },
    { labels: { b: "2" } },
    undefined,
    undefined,
  ],
  ["a label that is missing", {}, { labels: { a: "1" } }, undefined, labels({ a: "1" })],
  [
    "a label of another value",
    { labels: { a: "2", b: "1" } },
    { labels: { a: "1" } },
    undefined,
    labels({ a: "1" }),
  ],
  [
    "a label that is declared no more",
    { labels: { a: "1", b: "1" } },
    {},
    { labels: { a: "1" } },
    labels({ a: null }),
  ],
  ["no label that is gone already", { labels: { b: "1" } }, {}, { labels: { a: "1" } }, undefined],
  ["no label that never was declared", { labels: { a: "1" } }, {}, {}, undefined],
  [
    "a label that every object has by birth",
    {},
    { labels: { constructor: "x" } },
    {},
    labels({ constructor: "x" }),
  ],
  [
    "such a label that is declared no more",
    { labels: { constructor: "x" } },
    { labels: { a: "1" } },
    { labels: { a: "1", constructor: "x", valueOf: "y" } },
    { metadata: { labels: { a: "1", constructor: null } } },
  ],
  ["a taint that is missing", {}, { taints: ["a=1:NoSchedule"] }, undefined, taints("a=1:NoSchedule")],
  [
    "a taint that is missing, beside those of others",
    { taints: ["node.kubernetes.io/not-ready:NoExecute", "odd:NoSchedule"] },
    { taints: ["a:NoExecute"] },
    undefined,
    taints("node.kubernetes.io/not-ready:NoExecute", "odd:NoSchedule", "a:NoExecute"),
  ],
  [
    "a taint of another value",
    { taints: ["a=2:NoSchedule"] },
    { taints: ["a=1:NoSchedule"] },
    {},
    taints("a=1:NoSchedule"),
  ],
  [
    "a taint of another effect, as another one",
    { taints: ["a=1:NoExecute"] },
    { taints: ["a=1:NoSchedule"] },
    {},
    taints("a=1:NoExecute", "a=1:NoSchedule"),
  ],
  [
    "a taint that is declared no more",
    { taints: ["a:NoSchedule", "b:NoSchedule"] },
    {},
    { taints: ["a:NoSchedule"] },
    taints("b:NoSchedule"),
  ],
  ["the last taint", { taints: ["a:NoSchedule"] }, {}, { taints: ["a:NoSchedule"] }, taints()],
  [
    "a foreign taint that was seen",
    { taints: ["odd:NoSchedule", "a:NoSchedule"] },
    { taints: ["a:NoSchedule"] },
    { taints: ["a:NoSchedule", "odd:NoSchedule"] },
    taints("a:NoSchedule"),
  ],
  [
    "no foreign taint that was not",
    { taints: ["odd:NoSchedule", "a:NoSchedule"] },
    { taints: ["a:NoSchedule"] },
    { taints: ["a:NoSchedule"] },
    undefined,
  ],
  [
    "no taint that has come back by itself",
    { taints: ["a:NoSchedule"] },
    { taints: ["a:NoSchedule"] },
    {},
    undefined,
  ],
  [
    "one taint that is declared twice",
    {},
    { taints: ["a:NoSchedule", "a=:NoSchedule"] },
    {},
    taints("a:NoSchedule"),
  ],
  [
    "a cordon that was seen",
    { unschedulable: true },
    {},
    { node: "registered, cordoned" },
    { spec: { unschedulable: null } },
  ],
  [
    "no cordon that was not seen",
    { unschedulable: true },
    {},
    { node: "registered, schedulable" },
    undefined,
  ],
  ["no cordon where nothing was seen at all", { unschedulable: true }, {}, {}, undefined],
  [
    "no cordon that has gone by itself",
    { unschedulable: false },
    {},
    { node: "registered, cordoned" },
    undefined,
  ],
  [
    "all of it at once",
    { labels: { tier: "db" }, taints: ["odd:NoExecute"], unschedulable: true },
    { labels: { tier: "web" }, taints: ["a:NoSchedule"] },
    { taints: ["odd:NoExecute"], node: "registered, cordoned" },
    { ...labels({ tier: "web" }), spec: { ...taints("a:NoSchedule").spec, unschedulable: null } },
  ],
])("%s has to change", (_case, its, wanted, before, expected) => {
  expect(patch(its, wanted, before)).toEqual(expected);
});

test("what the API keeps with a taint stays with it", () => {
  const since = { key: "odd", effect: "NoExecute", timeAdded: "2026-01-01T00:00:00Z" };
  const object = { metadata: {}, spec: { taints: [since] } };
  const config = configOf({ taints: ["a:NoSchedule"] });
  expect(patchOf(object, config, { config })).toEqual({
    spec: { taints: [since, parsedTaint("a:NoSchedule")] },
  });
});

test("taints are replaced only where nobody has changed the object since; labels always", () => {
  const [none, config] = [configOf({}), configOf({ taints: ["a:NoSchedule"] })];
  const object = { metadata: { resourceVersion: "7" }, spec: {} };
  expect(patchOf(object, config, { config: none })).toEqual({
    metadata: { resourceVersion: "7" },
    ...taints("a:NoSchedule"),
  });
  const labelled = configOf({ labels: { tier: "web" } });
  expect(patchOf(object, labelled, { config: none })).toEqual(labels({ tier: "web" }));
});

describe("whatever is declared, was declared before, and is there,", () => {
  const cases = Array.from({ length: 500 }, (_, seed) => anyCase(seed + 1));

  test("a change leaves nothing to be changed", () => {
    for (const { its, wanted, before } of cases) {
      const object = objectOf(its);
      const change = patchOf(object, configOf(wanted), before);
      const left = patchOf(merged(object, change ?? {}) as NodeObject, configOf(wanted), before);
      expect({ its, wanted, before, left }).toEqual({ its, wanted, before, left: undefined });
    }
  });

  test("what is declared is there after it, and of the rest goes only what was declared or seen", () => {
    for (const { its, wanted, before } of cases) {
      const after = merged(
        objectOf(its),
        patchOf(objectOf(its), configOf(wanted), before) ?? {},
      ) as NodeObject;
      const { labels = {} } = after.metadata;
      expect(labels).toMatchObject(wanted.labels);
      const texts = (after.spec.taints ?? []).map(taintText);
      expect(texts).toEqual(expect.arrayContaining(wanted.taints));
      expect(new Set(after.spec.taints?.map(({ key, effect }) => key + effect)).size).toBe(texts.length);

      const known = { ...before.config.labels, ...wanted.labels };
      for (const [key, value] of Object.entries(its.labels))
        if (!(key in known)) expect(labels[key]).toBe(value);
      const places = [...wanted.taints, ...before.taints].map(placeOf);
      for (const taint of its.taints) if (!places.includes(placeOf(taint))) expect(texts).toContain(taint);
    }
  });
});

function placeOf(taint: string): string {
  const { key, effect } = parsedTaint(taint);
  return `${key}:${effect}`;
}

/** As the API merges a patch in JSON. */
function merged(value: unknown, change: unknown): unknown {
  if (change === null || typeof change !== "object" || Array.isArray(change)) return change;
  const kept = { ...(value as Record<string, unknown>) };
  for (const [key, inner] of Object.entries(change)) {
    if (inner === null) delete kept[key];
    else kept[key] = merged(kept[key], inner);
  }
  return kept;
}

/** Few names, so that what is declared, seen and there meets often; the same for the same seed. */
function anyCase(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
  const some = <T>(list: T[]) => list.filter(() => below(2) === 0);
  const someLabels = () => Object.fromEntries(some(["a", "b", "c"]).map((key) => [key, `${below(2)}`]));
  const someTaints = () =>
    some(["a:NoSchedule", "a:NoExecute", "b:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"]).map(
      (taint) => (below(2) === 0 ? taint : taint.replace(":", `=${below(2)}:`)),
    );
  const declared = () => ({ labels: someLabels(), taints: someTaints() });
  const before = declared();
  const node = below(2) === 0 ? "registered, cordoned" : "registered, schedulable";
  return {
    its: { ...declared(), unschedulable: below(2) === 0 },
    wanted: declared(),
    before: { ...before, config: configOf(before), node },
  };
}
