import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { type Written, write } from "./field";
import { begin } from "./kills/run";

jest.setTimeout(minutes(30));

const journal = "journalctl -u k3s -o cat --no-pager -g 'level=(fatal|error)' | tail -n 12";

const servers = ["s1", "s2", "s3"];
const unitOf: Record<string, string> = { s1: "k3s", s2: "k3s", s3: "k3s", a1: "k3s-agent" };

let lab: Lab;
let stack: Stack;
let manifest: Written;

const named = { cluster: "rotation", roles: {} };

beforeAll(async () => {
  lab = await labUp("rotation", { servers: 3, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
  // No pod is started, so that no image is needed.
  manifest = { ...parse(manifestFor(lab, k3s["k3s-1.33"].version)), artifacts: { mirror: lab.mirror } };
  stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
});

afterAll(async () => {
  stack?.remove();
  await labDown("rotation");
});

test("R01 another value gives the cluster other tokens: the old are refused, agents go on, and new nodes join", async () => {
  const old = await tokens("s1");
  const before = await startTimes();
  write({ stack, manifest }, { tokens: { rotate: "1" } });
  const preview = await stack.pulumi(["preview"]);
  for (const name of servers)
    expect(preview).toContain(`changing it restarts k3s on ${name}; its pods go on`);
  expect(preview).toContain("changing it restarts nothing on a1");
  const begun = Date.now();
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  console.log(`R01 rotated in ${((Date.now() - begun) / 1_000).toFixed(1)} s`);

  const now = await tokens("s1");
  expect([now.server, now.agent].map((token) => [old.server, old.agent].includes(token))).toEqual([
    false,
    false,
  ]);
  for (const name of servers) {
    expect(await tokens(name)).toEqual(now);
    expect(await answers(name, `server:${password(old.server)}`)).toBe("401");
    expect(await answers(name, `server:${password(now.server)}`)).toBe("403");
    expect(await answers(name, `node:${password(old.agent)}`)).toBe("401");
    expect(await answers(name, `node:${password(now.agent)}`)).toBe("200");
  }
  const after = await startTimes();
  expect(Object.keys(unitOf).filter((name) => before[name] !== after[name])).toEqual(servers);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
  expect(await stack.pulumi(["stack", "output", "token", "--show-secrets"])).toContain(now.server);

  await onMachine(lab, "a1", "timeout 60 systemctl restart k3s-agent");
  const x1 = { name: "x1", host: machine(lab, "x1").address };
  write({ stack, manifest }, { tokens: { rotate: "1" }, agents: [...(manifest.agents as object[]), x1] });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await ready()).toEqual(["a1", "s1", "s2", "s3", "x1"]);
});

test("R02 an agent that restarts before it is given the new token, and a server that does before its turn, come back", async () => {
  write({ stack, manifest }, { tokens: { rotate: "2" } });
  let restarted: Promise<unknown> | undefined;
  const run = begin({ stack, named }, ["up", "--yes", "--skip-preview"], (boundary) => {
    if (!/^Membership .*: done$/.test(boundary)) return;
    restarted ??= Promise.all([
      onMachine(lab, "s3", "timeout 180 systemctl restart k3s"),
      onMachine(lab, "a1", "timeout 180 systemctl restart k3s-agent"),
    ]);
  });
  const { code, said } = await run.ended;
  if (code !== 0) throw new Error(`${said}\n${await onMachine(lab, "s3", journal)}`);
  expect(restarted).toBeDefined();
  await restarted;
  const now = await tokens("s1");
  for (const name of servers) expect(await tokens(name)).toEqual(now);
  expect(await ready()).toEqual(["a1", "s1", "s2", "s3"]);
});

test("R03 certificates are others after a turn of theirs, of the same CA, and everybody works with them", async () => {
  const before = await fingerprints();
  await up({ tokens: { rotate: "2" }, certificates: { rotate: "1" } });
  const after = await fingerprints();
  for (const name of Object.keys(unitOf)) {
    expect([name, after[name]?.own === before[name]?.own]).toEqual([name, false]);
    expect([name, after[name]?.ca]).toEqual([name, before[name]?.ca]);
  }
  expect(await ready()).toEqual(["a1", "s1", "s2", "s3"]);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

async function up(changed: Written): Promise<void> {
  write({ stack, manifest }, changed);
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

interface Tokens {
  server: string;
  agent: string;
}

/** What a server goes by, and what its files say, which must be the same. */
async function tokens(name: string): Promise<Tokens> {
  const folder = "/var/lib/rancher/k3s/server";
  const [server = "", agent = "", given, givenAgent] = (
    await onMachine(
      lab,
      name,
      `for file in ${folder}/token ${folder}/agent-token /etc/rancher/k3s/token /etc/rancher/k3s/agent-token; do cat $file; echo; done`,
    )
  )
    .split("\n")
    .filter(Boolean);
  expect([name, password(given ?? ""), password(givenAgent ?? "")]).toEqual([
    name,
    password(server),
    password(agent),
  ]);
  return { server, agent };
}

function password(token: string): string {
  return token.replace(/^K10.*:/, "");
}

/** The code of a server's answer to somebody with a password. */
function answers(name: string, user: string): Promise<string> {
  return onMachine(
    lab,
    name,
    `curl -sk -u '${user}' -o /dev/null -w '%{http_code}' https://127.0.0.1:6443/v1-k3s/readyz`,
  );
}

async function ready(): Promise<string[]> {
  const rows = await onMachine(lab, "s2", `${kubectl} get nodes --no-headers`);
  return rows
    .split("\n")
    .filter((row) => / Ready /.test(row))
    .map((row) => row.split(" ")[0] ?? "")
    .sort();
}

async function startTimes(): Promise<Record<string, string>> {
  return each((name) =>
    onMachine(lab, name, `systemctl show -p ActiveEnterTimestampMonotonic --value ${unitOf[name]}`),
  );
}

/** Of what a node shows others, and of its CA. */
async function fingerprints(): Promise<Record<string, { own: string; ca: string }>> {
  const sums = await each((name) => {
    const [own, ca] =
      unitOf[name] === "k3s"
        ? ["server/tls/serving-kube-apiserver.crt", "server/tls/server-ca.crt"]
        : ["agent/client-kubelet.crt", "agent/server-ca.crt"];
    return onMachine(lab, name, `cd /var/lib/rancher/k3s; sha256sum <${own}; sha256sum <${ca}`);
  });
  return Object.fromEntries(
    Object.entries(sums).map(([name, lines]) => {
      const [own = "", ca = ""] = lines.split("\n");
      return [name, { own, ca }];
    }),
  );
}

async function each(ask: (name: string) => Promise<string>): Promise<Record<string, string>> {
  const all = Object.keys(unitOf).map(async (name) => [name, await ask(name)] as const);
  return Object.fromEntries(await Promise.all(all));
}
