import { configFile } from "../../k3s/config";
import { environmentFile } from "../../k3s/proxy";
import { registriesFile } from "../../k3s/registries";

test("the environment holds what is given, with what systemd would read as more than text", () => {
  const proxy = { https: 'http://u:a"b\\c$d@proxy:3128', noProxy: ["10.0.0.0/8", ".internal"] };
  expect(environmentFile(proxy)).toBe(`# From the cluster's manifest: what is changed here is overwritten.
HTTPS_PROXY="http://u:a\\"b\\\\c\\$d@proxy:3128"
NO_PROXY="10.0.0.0/8,.internal"
`);
});

test("registries are what the manifest says", () => {
  const text = registriesFile({ configs: { "r.example": { auth: { password: "no" } } } });
  expect(text).toBe(`# From the cluster's manifest: what is changed here is overwritten.
configs:
  r.example:
    auth:
      password: "no"
`);
});

test.each([
  ["sqlite", { kind: "sqlite" as const }, undefined, ""],
  [
    "a database",
    { kind: "external" as const, endpoint: "postgres://db", caFile: "/etc/ca.pem" },
    "https://s1:6443",
    "datastore-endpoint: postgres://db\ndatastore-cafile: /etc/ca.pem\n",
  ],
])("a server with %s begins no etcd, and joins none", (_, datastore, join, lines) => {
  expect(configFile({ role: "server", name: "s1", join, datastore })).toBe(
    `node-name: s1\ntoken-file: /etc/rancher/k3s/token\n${lines}agent-token-file: /etc/rancher/k3s/agent-token\n`,
  );
});
