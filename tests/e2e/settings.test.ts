import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { bastionOf } from "../../lab/machines/model";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";
import { newClusterStack, newFolder, type Stack } from "./stack";

jest.setTimeout(minutes(8));

const folder = newFolder();
const knownHosts = join(folder, "known_hosts");

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("settings", { servers: 1, agents: 1, bastion: true, k3s: ["k3s-1.33"] });
  stack = await newClusterStack(stringify(manifest(extras())));
});

afterAll(async () => {
  stack?.remove();
  rmSync(folder, { recursive: true });
  await labDown("settings");
});

/** Nobody has a key of any machine beforehand, and whoever logs in has to tell sudo a password. */
function manifest(more: object) {
  const { ssh, ...rest } = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  const stranger = { knownHosts, trustOnFirstUse: true };
  return {
    ...rest,
    ssh: {
      ...ssh,
      ...stranger,
      user: "admin",
      sudoPassword: "lab",
      bastion: { ...ssh.bastion, ...stranger },
    },
    datastore: { kind: "sqlite" },
    ...more,
  };
}

/** The mirror's network is reached directly; what is not goes nowhere. */
const extras = () => ({
  registries: {
    mirrors: { "docker.io": { endpoint: ["http://images.example:5000"] } },
    configs: { "images.example:5000": { auth: { username: "reader", password: "registry-secret" } } },
  },
  proxy: { https: "http://user:proxy-secret@127.0.0.1:9", noProxy: ["172.16.0.0/12", "10.0.0.0/8"] },
});

const sqlite =
  "cd /var/lib/rancher/k3s/server/db; ls state.db; ls -d etcd/member 2>/dev/null || echo no etcd";
const environment = (unit: string) =>
  `tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value ${unit})/environ | grep -i proxy | sort`;

test("machines behind a bastion that nobody has a key of become a cluster, by sudo with a password", async () => {
  await stack.pulumi(["up", "--yes"]);
  expect(await onMachine(lab, "s1", sqlite)).toBe("state.db\nno etcd");
  const again = await stack.pulumi(["up", "--yes"]);
  expect(again).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
});

test("their keys are kept in the stack and nowhere else, and no secret is readable there", async () => {
  const state = await stack.pulumi(["stack", "export"]);
  const { deployment } = JSON.parse(state) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  const preflight = deployment.resources.find(({ type }) => type.endsWith(":Preflight"));
  const hosts = [bastionOf(lab)?.address, machine(lab, "s1").address, machine(lab, "a1").address];
  const [gate, ...ways] = hosts.map((host) => `${host}:22`);
  expect(Object.keys(preflight?.outputs?.hostKeys ?? {}).sort()).toEqual(
    [gate, ...ways.map((way) => `${gate} > ${way}`)].sort(),
  );
  expect(existsSync(knownHosts)).toBe(false);
  for (const secret of ["registry-secret", "proxy-secret"]) expect(state).not.toContain(secret);
});

test("registries are what containerd asks, and the proxy is in the environment of k3s, for root alone", async () => {
  const files = "/etc/rancher/k3s/registries.yaml /etc/systemd/system/k3s-agent.service.env";
  expect(await onMachine(lab, "a1", `stat -c '%a %U' ${files}`)).toBe("600 root\n600 root");
  const hosts = "cat /var/lib/rancher/k3s/agent/etc/containerd/certs.d/docker.io/hosts.toml";
  expect(await onMachine(lab, "a1", hosts)).toContain("http://images.example:5000/v2");
  expect(await onMachine(lab, "a1", environment("k3s-agent"))).toBe(
    "HTTPS_PROXY=http://user:proxy-secret@127.0.0.1:9\nNO_PROXY=172.16.0.0/12,10.0.0.0/8,10.42.0.0/16,10.43.0.0/16,.svc,.cluster.local",
  );
});

test("what is taken out of the manifest is taken from the machines", async () => {
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify(manifest({})));
  await stack.pulumi(["up", "--yes"]);
  expect(await onMachine(lab, "s1", "ls /etc/rancher/k3s /etc/systemd/system")).not.toMatch(
    /registries|service\.env/,
  );
  expect(await onMachine(lab, "s1", `${environment("k3s")} || true`)).toBe("");
});

test("a machine that shows another key from then on is refused", async () => {
  await onMachine(
    lab,
    "a1",
    "cd /etc/ssh; rm ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key; systemctl restart ssh",
  );
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify(manifest({ labels: { tier: "web" } })));
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect([code === 0, stdout + stderr]).toEqual([
    false,
    expect.stringMatching(/a1: .*presented SHA256:\S+ \(ssh-ed25519\) instead of SHA256:/),
  ]);
});
