import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkManifest } from "../../manifest/parse";
import { jsonSchema } from "../../manifest/reference";

const text = readFileSync("Pulumi.dev.yaml", "utf8");

test("the commented example in Pulumi.dev.yaml is a manifest without a mistake", () => {
  const { config } = parse(text) as { config: Record<string, unknown> };
  const manifest = checkManifest(config["k3s-cluster:cluster"], "cluster");
  expect(manifest.servers.map(({ name }) => name)).toEqual(["s1", "s2", "s3"]);
  expect(manifest.agents.map(({ name }) => name)).toEqual(["a1", "a2", "g1", "g2"]);
});

test("it shows every field that there is", () => {
  const { properties = {}, $defs = {} } = jsonSchema();
  const fields = [properties, ...Object.values($defs).map((kind) => kind.properties ?? {})].flatMap(
    Object.keys,
  );
  expect(fields.filter((field) => !new RegExp(`\\b${field}:`).test(text))).toEqual([]);
});
