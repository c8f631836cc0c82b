import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseManifest } from "../../manifest/parse";
import {
  example,
  type JsonSchema,
  jsonSchema,
  jsonSchemaFile,
  referencePage,
} from "../../manifest/reference";
import { fits } from "./json-schema";
import { below, machine } from "./texts";

const schema = jsonSchema();

test.each([
  ["manifest.schema.json", jsonSchemaFile],
  ["docs/manifest.md", referencePage],
])('%s is what "npm run reference" writes', (file, written) => {
  expect(readFileSync(file, "utf8")).toBe(written());
});

test("the page's example is a manifest", () => {
  expect(parseManifest(example, "cluster.yaml").agents.map(({ name }) => name)).toEqual(["w1", "w2"]);
});

test("every field and every kind of map says what it is", () => {
  const kinds: [string, JsonSchema][] = [
    ["", { ...schema, description: "top" }],
    ...Object.entries(schema.$defs ?? {}),
  ];
  const silent = kinds.flatMap(([name, kind]) => [
    ...(kind.description ? [] : [name]),
    ...Object.entries(kind.properties ?? {})
      .filter(([, { description }]) => !description)
      .map(([field]) => `${name}.${field}`),
  ]);
  expect(silent).toEqual([]);
});

test("every link of the page leads to a heading", () => {
  const page = referencePage();
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading.toLowerCase());
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => !headings.includes(link ?? ""))).toEqual([]);
});

test.each([
  ["the page's example", example],
  ["the least", below("")],
  [
    "one hop or several",
    below("ssh: { bastion: { host: a } }\nagents: [{ name: a, host: a, ssh: { bastion: [{ host: b }] } }]"),
  ],
  ["an agent that is not asked", below("ssh: { agent: false, configFile: false }")],
  [
    "taints in both forms",
    machine('{ name: s2, host: h, taints: ["a=b:NoExecute", { key: a, effect: NoSchedule }] }'),
  ],
  [
    "two families",
    below('network: { clusterCidr: [10.42.0.0/16, "fd00::/56"], serviceCidr: [10.43.0.0/16, "fd01::/112"] }'),
  ],
  [
    "registries",
    below(
      'registries: { mirrors: { "*": { endpoint: ["https://m:5000"] } }, configs: { m: { tls: { ca_file: /ca } } } }',
    ),
  ],
  ["other keys of k3s", below('config: { "a+": [1, true, x], b: "😀" }')],
  ["a finding that is ignored", below("preflight: { small-disk: ignore }")],
])("editors and the program accept: %s", (_, text) => {
  expect(() => parseManifest(text, "cluster.yaml")).not.toThrow();
  expect(fits(parse(text), schema)).toBe(true);
});

test.each([
  ["an unknown key", below("agnets: []")],
  ["an unknown key of a machine", machine("{ name: s2, host: h, lables: {} }")],
  ["no version", "name: dev\nservers: [{ name: s1, host: h }]"],
  ["a name in capitals", below("").replace("dev", "Dev")],
  ["a channel for a version", below("").replace("v1.33.3+k3s1", "latest")],
  ["a port out of range", below("ssh: { port: 70000 }")],
  ["true for a configuration file", below("ssh: { configFile: true }")],
  ["a hop without a host", below("ssh: { bastion: [{ user: me }] }")],
  ["a taint without an effect", machine("{ name: s2, host: h, taints: [a=b] }")],
  ["a role that there is not", below("pools: [{ name: a, role: worker, machines: [] }]")],
  ["a block without a prefix length", below("network: { clusterCidr: 10.42.0.0 }")],
  ["a backend that there is not", below("network: { flannelBackend: cilium }")],
  ["a registry with a protocol", below('registries: { mirrors: { "https://docker.io": {} } }')],
  ["an argument with dashes", below("kubelet: { args: [--v=2] }")],
  ["memory without a unit", below("minima: { server: { memory: 2 } }")],
  ["a duration without a unit", below("timeouts: { ready: '300' }")],
  ["a finding with a space", below('preflight: { "small disk": ignore }')],
  ["a label's key with a space", below("labels: { a b: c }")],
  ["a label's value that is true", below("labels: { a: true }")],
  ["a key of k3s with dashes", below("config: { --v: 2 }")],
])("editors and the program refuse: %s", (_, text) => {
  expect(() => parseManifest(text, "cluster.yaml")).toThrow();
  expect(fits(parse(text), schema)).toBe(false);
});

test("editors refuse nothing that the program accepts: the stack's example", () => {
  const { config } = parse(readFileSync("Pulumi.dev.yaml", "utf8")) as { config: Record<string, unknown> };
  expect(fits(config["k3s-cluster:cluster"], schema)).toBe(true);
});
