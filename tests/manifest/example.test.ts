import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkManifest } from "../../manifest/parse";

test("the commented example in Pulumi.dev.yaml is a manifest without a mistake", () => {
  const { config } = parse(readFileSync("Pulumi.dev.yaml", "utf8")) as { config: Record<string, unknown> };
  const manifest = checkManifest(config["k3s-cluster:cluster"], "cluster");
  expect(manifest.servers.map(({ name }) => name)).toEqual(["s1", "s2", "s3"]);
});
