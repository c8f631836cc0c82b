import { childSeconds, createdIn } from "../../../lab/measure/output";

test.each([
  [
    " +  pulumi-nodejs:dynamic/k3s:Node s1 created (12s) waiting",
    { at: 1, kind: "Node", name: "s1", took: 12 },
  ],
  [
    " +  random:index:RandomPassword c-token created (0.03s)",
    { at: 1, kind: "RandomPassword", name: "c-token", took: 0.03 },
  ],
  [" +  k3s:index:K3sAgent a1 created", { at: 1, kind: "K3sAgent", name: "a1", took: 0 }],
  [" +  pulumi-nodejs:dynamic/k3s:Node s1 creating (3s) waiting: node not Ready", undefined],
  ["    pulumi:pulumi:Stack k3s-cluster-t", undefined],
  ["    + 17 created", undefined],
])("%s", (line, expected) => {
  expect(createdIn(line, 1)).toEqual(expected);
});

test("what children took is the last line of times, user and system together", () => {
  expect(childSeconds("Updating\n0m0.010000s 0m0.020000s\n1m2.500000s 0m0.250000s\n")).toBe(62.75);
});
