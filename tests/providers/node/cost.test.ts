import type { NodeConfig } from "../../../k3s/config";
import { cost } from "../../../providers/node/cost";
import { untouched } from "../../../providers/node/observe";
import type { NodeInputs } from "../../../providers/node/provider";

const config: NodeConfig = { role: "server", name: "s1", labels: { tier: "web" }, extra: { debug: true } };
const inputs: NodeInputs = {
  ...untouched,
  ...{ cluster: "prod", connection: { host: "10.0.0.1" }, version: "v1.33.3+k3s1", sha256: "5", config },
  ...{ token: "t", patience: 1 },
};

const restarts = "changing it restarts k3s on s1; its pods go on";
const starts = "changing it starts k3s on s1";
const nothing = "changing it restarts nothing on s1";

const file = (name: string) => `/etc/rancher/k3s/${name}`;

test("an upgrade before which pods go elsewhere says so", () => {
  const drain = { timeout: 1, emptyDirs: "delete" as const };
  const old = { ...inputs, version: "v1.32.0+k3s1" };
  const gone = "changing it restarts k3s on s1; its pods go elsewhere before";
  expect(cost(["version"], old, { ...inputs, drain })).toBe(gone);
  expect(cost(["environment"], { ...inputs, environment: "A=1" }, { ...inputs, drain })).toBe(restarts);
  const agent = { ...inputs, drain, config: { ...config, role: "agent" as const } };
  const agents = restarts.replace("k3s", "k3s-agent");
  expect(cost(["version"], old, agent)).toBe(agents);
  const api = { name: "s2", connection: { host: "10.0.0.2" } };
  expect(cost(["version"], old, { ...agent, api })).toBe(gone.replace("k3s", "k3s-agent"));
});

/** What a change costs, and what the state has that differs from the inputs. */
const costs: [string, string, Partial<NodeInputs>][] = [
  ["another version", restarts, { version: "v1.32.0+k3s1" }],
  ["another binary", restarts, { sha256: "6" }],
  ["registries", restarts, { registries: "mirrors: {}" }],
  ["an environment", restarts, { environment: "A=1" }],
  ["another datastore", restarts, { datastore: { kind: "external", endpoint: "postgres://db" } }],
  ["another setting", restarts, { config: { ...config, extra: {} } }],
  ["another address", restarts, { config: { ...config, nodeIp: "10.0.0.9" } }],
  ["another who may ask for its health", restarts, { config: { ...config, healthCheck: "anonymous-auth" } }],
  ["a name less in its certificate", restarts, { config: { ...config, tlsSans: ["10.0.0.100"] } }],
  ["a turn of its tokens", restarts, { rotate: { tokens: "1" } }],
  ["a turn of its certificates", restarts, { rotate: { certificates: "1" } }],
  ["another label", nothing, { config: { ...config, labels: { tier: "db" } } }],
  ["a taint", nothing, { config: { ...config, extra: { debug: true, "node-taint": ["a:NoSchedule"] } } }],
  ["another way to it", nothing, { connection: { host: "10.0.0.2" } }],
  ["a cordon", nothing, { node: "registered, cordoned" }],
  ["no object", restarts, { node: "missing" }],
  ["a unit that was stopped", starts, { unit: "inactive, enabled" }],
  ["a unit that failed", starts, { unit: "failed, enabled" }],
  ["a unit that was stopped and disabled", starts, { unit: "inactive, disabled" }],
  ["a unit that was disabled", nothing, { unit: "active, disabled" }],
  [
    "a unit that was stopped, with a file that was edited",
    restarts,
    { unit: "inactive, enabled", files: `${file("token")} changed` },
  ],
  ["a file that was edited", restarts, { files: `${file("config.yaml")} changed` }],
  [
    "a file that was removed, among others",
    restarts,
    { files: `${file("a")} has mode and owner 644:root:root; ${file("token")} missing` },
  ],
  [
    "what keeps the tokens of snapshots that was edited, and stopped",
    nothing,
    {
      files: `${file("keep-snapshot-tokens")} changed; /etc/systemd/system/snapshot-tokens-k3s.path missing; /etc/systemd/system/snapshot-tokens-k3s.path stopped`,
    },
  ],
  ["snapshots whose tokens are to be kept", nothing, { snapshotFolder: "/backup" }],
  ["a file with another mode", nothing, { files: `${file("token")} has mode and owner 644:root:root` }],
  [
    "a file of somebody whose name says something else",
    nothing,
    { files: `${file("token")} has mode and owner 600:changed:missing` },
  ],
  [
    "labels and taints in their file that were edited",
    nothing,
    { files: `${file("config.yaml.d/registration.yaml")} changed` },
  ],
  [
    "labels and taints without their file",
    nothing,
    { files: `${file("config.yaml.d/registration.yaml")} missing` },
  ],
  ["no data", restarts, { files: "/var/lib/rancher/k3s missing" }],
];

test.each(costs)("a change from %s: %s", (_case, expected, was) => {
  const state = { ...inputs, ...was };
  expect(cost(Object.keys(was) as (keyof NodeInputs)[], state, inputs)).toBe(expected);
});

test("an agent's unit is named by its own name", () => {
  const agent: NodeInputs = { ...inputs, config: { ...config, role: "agent" } };
  expect(cost(["version"], agent, { ...agent, version: "v2" })).toBe(
    "changing it restarts k3s-agent on s1; its pods go on",
  );
  expect(cost(["unit"], { ...agent, unit: "inactive, enabled" }, agent)).toBe(
    "changing it starts k3s-agent on s1",
  );
});
