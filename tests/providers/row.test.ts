import { rowUrn, shortRow, typeOf } from "../../providers/row";

test.each([
  [["k3s:index:K3sCluster", "k3s:index:K3sAgent"], "a1", 27],
  [[], "a1", 13],
  [["acme:site:Site", "k3s:index:K3sServer"], "odd::name", 45],
])("below %j, %s is short, and gives its URN back", (parents, name, length) => {
  const row = shortRow({ stack: "dev", project: "p", parents, name });
  expect(row.length).toBeLessThanOrEqual(length + 10);
  const types = [...parents, "pulumi-nodejs:dynamic/k3s:Node"].join("$");
  expect(rowUrn(row, typeOf("Node"))).toBe(`urn:pulumi:dev::p::${types}::${name}`);
});
