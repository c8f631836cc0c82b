import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import { hosts, type Lab } from "../../lab/machines/model";
import { power } from "../../lab/machines/power";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";
import { newClusterStack, type Stack } from "./stack";
import { traces } from "./traces";

jest.setTimeout(minutes(8));

const figures: string[] = [];

let lab: Lab;
let stack: Stack;
let before: Record<string, string>;
let api: Api;

beforeAll(async () => {
  lab = await labUp("api", { servers: 3, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
  before = await everywhere(traces);
  stack = await newClusterStack(manifest());
});

afterAll(async () => {
  process.stderr.write(figures.map((figure) => `  ${figure}\n`).join(""));
  stack?.remove();
  await labDown("api");
});

test("the kubeconfig speaks to the address, and the agent to its own HAProxy", async () => {
  const begun = Date.now();
  await up();
  figures.push(`up: ${seconds(begun)}`);
  const { kubeconfig, endpoint } = JSON.parse(
    await stack.pulumi(["stack", "output", "--json", "--show-secrets"]),
  );
  api = apiOf(kubeconfig);
  expect([api.server, endpoint]).toEqual([`https://${virtual()}:8443`, `https://${virtual()}:8443`]);
  expect((await ask(api, "/readyz")).body).toBe("ok");
  expect(await onMachine(lab, "a1", "grep ^server: /etc/rancher/k3s/config.yaml")).toBe(
    "server: https://127.0.0.1:16443",
  );
});

test("a stranger may ask for the health of a server, and for nothing else", async () => {
  const url = `https://${machine(lab, "s1").address}:6443`;
  const asked = ["/readyz", "/livez?exclude=etcd", "/version", "/api/v1/nodes"].map((path) =>
    onMachine(lab, "a1", `curl -sk -o /dev/null -w '%{http_code}' '${url}${path}'`),
  );
  expect(await Promise.all(asked)).toEqual(["200", "200", "401", "401"]);
});

test("a second run changes nothing", async () => {
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
});

test("a server more changes the balancers, and k3s nowhere else", async () => {
  const started = await startTimes();
  writeFileSync(join(stack.folder, "cluster.yaml"), manifest("x1"));
  const said = await up();
  expect(said).toContain("changing it reloads HAProxy on a1; no connection is dropped");
  expect(await startTimes()).toEqual(started);
  for (const name of ["s1", "s2", "s3", "x1", "a1"])
    expect(await onMachine(lab, name, "grep -c 'server x1 ' /etc/haproxy-k3s/haproxy.cfg")).toBe("2");
});

test("requests go on when the server dies that has the address", async () => {
  const owner = await ownerOf(virtual());
  const watch = watched(api);
  await power(lab, machine(lab, owner), "kill");
  await pause(15_000);
  const gap = watch.end();
  figures.push(`longest time without an answer when ${owner} dies: ${gap} ms`);
  await power(lab, machine(lab, owner), "start");
  expect(gap).toBeLessThan(3_000);
});

test("destroy leaves the machines as they were", async () => {
  await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(await everywhere(traces)).toEqual(before);
});

/** Three servers and an agent, behind an address that moves; and whoever comes. */
function manifest(...more: string[]): string {
  const its = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  return stringify({
    ...its,
    artifacts: { ...its.artifacts, images: false },
    servers: [...its.servers, ...more.map((name) => ({ name, host: machine(lab, name).address }))],
    endpoint: { vip: `${virtual()}/24` },
  });
}

/** What it says; all of it where it fails. */
async function up(): Promise<string> {
  const { code, stdout } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect(code === 0 ? "" : stdout).toBe("");
  return stdout;
}

function virtual(): string {
  return `${lab.prefix}100`;
}

async function ownerOf(address: string): Promise<string> {
  const servers = ["s1", "s2", "s3", "x1"];
  const has = `ip -o address show | grep -c ' ${address}/' || true`;
  const counts = await Promise.all(servers.map((name) => onMachine(lab, name, has)));
  const owners = servers.filter((_, index) => counts[index] === "1");
  expect(owners).toHaveLength(1);
  return owners[0] ?? "";
}

async function startTimes(): Promise<Record<string, string>> {
  const since = (unit: string) => `systemctl show -p ActiveEnterTimestampMonotonic --value ${unit}`;
  const servers = ["s1", "s2", "s3"].map(async (name) => [name, await onMachine(lab, name, since("k3s"))]);
  return Object.fromEntries([
    ...(await Promise.all(servers)),
    ["a1", await onMachine(lab, "a1", since("k3s-agent"))],
  ]);
}

async function everywhere(script: string): Promise<Record<string, string>> {
  const answers = hosts(lab).map(async ({ name }) => [name, await onMachine(lab, name, script)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

/** What a kubeconfig says of a cluster and its administrator. */
interface Api {
  server: string;
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

function apiOf(kubeconfig: string): Api {
  const { clusters, users } = parse(kubeconfig);
  const [{ cluster }, { user }] = [clusters[0], users[0]];
  const decoded = (text: string) => Buffer.from(text, "base64");
  return {
    server: cluster.server,
    ca: decoded(cluster["certificate-authority-data"]),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
}

/** Asks on a connection of its own, and verifies that the certificate is of the address. */
function ask({ server, ca, cert, key }: Api, path: string): Promise<{ code?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server}${path}`, { ca, cert, key, agent: false, timeout: 1_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        body += part;
      });
      answer.on("end", () => resolve({ code: answer.statusCode, body }));
      answer.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within a second")));
    asked.on("error", reject);
    asked.end();
  });
}

/**
 * Reads ten times a second, and tells the longest time in which nobody answered. What an API remembers will do: the one
 * that dies may have led etcd, and another one is chosen a little later.
 */
function watched(api: Api): { end(): number } {
  let last = Date.now();
  let longest = 0;
  const timer = setInterval(() => {
    ask(api, "/api/v1/namespaces/kube-system?resourceVersion=0").then(
      ({ code }) => {
        if (code !== 200) return;
        longest = Math.max(longest, Date.now() - last);
        last = Date.now();
      },
      () => {},
    );
  }, 100);
  return {
    end: () => {
      clearInterval(timer);
      return Math.max(longest, Date.now() - last);
    },
  };
}

function seconds(begun: number): string {
  return `${((Date.now() - begun) / 1_000).toFixed(1)} s`;
}
