import { parse, stringify } from "yaml";
import { inRepository } from "../../lab/folders";
import { knownHosts, userKey } from "../../lab/machines/keys";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";
import { newClusterStack, newStack, type Stack } from "./stack";

jest.setTimeout(minutes(8));

const { version } = k3s["k3s-1.33"];

let lab: Lab;
let cluster: Stack;
let agent: Stack;

beforeAll(async () => {
  lab = await labUp("failures", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  const { agents: _, ...manifest } = parse(manifestFor(lab, version));
  cluster = await newClusterStack(stringify(manifest));
  await cluster.pulumi(["config", "set", "--secret", "token"], { input: serverToken });
  await cluster.pulumi(["config", "set", "--secret", "agentToken"], { input: agentToken });
  await cluster.pulumi(["up", "--yes"]);
  agent = await newStack(inRepository("tests", "e2e", "fixtures", "agent"));
});

afterAll(async () => {
  agent?.remove();
  cluster?.remove();
  await labDown("failures");
});

const serverToken = "given-server-token";
const agentToken = "given-agent-token";

test("tokens that are given are those of the cluster, and a changed one is refused before anything is touched", async () => {
  const tokens = JSON.parse(await cluster.pulumi(["stack", "output", "--json", "--show-secrets"]));
  expect(tokens.token).toMatch(new RegExp(`^K10[0-9a-f]{64}::server:${serverToken}$`));
  expect(tokens.agentToken).toBe(`K10${caHash(tokens.token)}::node:${agentToken}`);
  await cluster.pulumi(["config", "set", "--secret", "token"], { input: "another" });
  const { code, stdout } = await cluster.tryPulumi(["preview"]);
  expect([code === 0, stdout]).toEqual([
    false,
    expect.stringMatching(/s1: checking what is asked for: its token would change.*\n +next: give the one/),
  ]);
});

test.each([
  ["another password", (hash: string) => `K10${hash}::node:wrong`, "refuses the token"],
  ["the server's password", (hash: string) => `K10${hash}::node:${serverToken}`, "refuses the token"],
  ["another cluster's CA", () => `K10${"0".repeat(64)}::node:${agentToken}`, "belongs to another cluster"],
])("an agent with %s is refused within seconds, and nothing is started", async (_what, token, reason) => {
  const { token: pinned } = JSON.parse(await cluster.pulumi(["stack", "output", "--json", "--show-secrets"]));
  await giveAgent(token(caHash(pinned)));
  const begun = Date.now();
  const { code, stdout, stderr } = await agent.tryPulumi(["up", "--yes", "--skip-preview"]);
  const seconds = (Date.now() - begun) / 1_000;
  const said = stdout + stderr;
  expect([code === 0, said]).toEqual([false, expect.stringContaining(reason)]);
  expect(said).toMatch(/a1: asking the cluster whether it takes the token: [\s\S]*\n +next: /);
  for (const secret of [agentToken, "::node:wrong"]) expect(said).not.toContain(secret);
  expect(await onMachine(lab, "a1", "ls /etc/systemd/system /etc")).not.toMatch(/k3s-agent|rancher/);
  console.log(`refused after ${seconds.toFixed(1)} s, artifacts included`);
});

async function giveAgent(token: string): Promise<void> {
  const args = {
    version,
    mirror: lab.mirror,
    connection: {
      host: machine(lab, "a1").address,
      identityFile: userKey(lab.name),
      knownHosts: knownHosts(lab.name),
    },
    server: { url: `https://${machine(lab, "s1").address}:6443`, token },
  };
  await agent.pulumi(["config", "set", "--secret", "agent"], { input: JSON.stringify(args) });
}

function caHash(token: string): string {
  return token.slice(3, 67);
}
