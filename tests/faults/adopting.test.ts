import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { version } from "./field";

jest.setTimeout(minutes(12));

const token = "by-hand-0123456789";

let lab: Lab;
let stack: Stack;
let manifest: { servers: object[]; agents: object[]; disable: string[] };

beforeAll(async () => {
  lab = await labUp("adopting", { servers: 1, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
  const written = parse(manifestFor(lab, version)) as typeof manifest;
  manifest = { ...written, adopt: true } as typeof manifest;
  const disabled = manifest.disable.flatMap((name) => ["--disable", name]);
  await installByHand("s1", "k3s", ["server", "--cluster-init", ...disabled], { K3S_TOKEN: token });
  await onMachine(lab, "s1", `until ${kubectl} get nodes 2>/dev/null | grep -q ' Ready '; do sleep 1; done`);
  const url = `https://${machine(lab, "s1").address}:6443`;
  await installByHand("a1", "k3s-agent", ["agent"], { K3S_TOKEN: token, K3S_URL: url });
  await onMachine(
    lab,
    "s1",
    `until ${kubectl} get node a1 2>/dev/null | grep -q ' Ready '; do sleep 1; done`,
  );
  await onMachine(lab, "s1", `${kubectl} create configmap before --from-literal=a=b`);
  stack = await newClusterStack(stringify(manifest));
});

afterAll(async () => {
  stack?.remove();
  await labDown("adopting");
});

test("U07 a cluster that somebody installed is taken over as it runs, and is then changed like any other", async () => {
  const before = await startTimes();
  expect(await stack.pulumi(["preview"])).toMatch(
    /(s1, a1|a1, s1) +adopted +has k3s \S+, which is taken over as it runs/,
  );
  const begun = Date.now();
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  console.log(`U07 ${Date.now() - begun} ms`);
  expect(await startTimes()).toEqual(before);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
  expect(await stack.pulumi(["refresh", "--yes"])).not.toMatch(/could not be looked at|updated/);
  expect(await onMachine(lab, "s1", "cat /etc/rancher/k3s/token")).toBe(token);
  expect(
    await onMachine(lab, "s1", "cd /etc/systemd/system; ls k3s.service*; ls /usr/local/bin"),
  ).not.toMatch(/k3s\.service\.env|uninstall/);
  await up({ disable: [...manifest.disable, "runtimes"] });
  const after = await startTimes();
  expect([after.s1 === before.s1, after.a1 === before.a1]).toEqual([false, true]);
  expect(await onMachine(lab, "s1", `${kubectl} get configmap before -o 'jsonpath={.data.a}'`)).toBe("b");
  expect(await onMachine(lab, "s1", `${kubectl} get nodes --no-headers | grep -c ' Ready '`)).toBe("2");
  await onMachine(lab, "a1", "systemctl restart k3s-agent");
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

test("U08 what cannot be taken over is refused with all reasons, and nothing is changed", async () => {
  const flags = ["server", "--cluster-cidr=10.50.0.0/16", "--node-name", "other", "--disable-agent"];
  await installByHand("x1", "k3s", flags, { K3S_TOKEN: token });
  const seen = () =>
    onMachine(
      lab,
      "x1",
      `find /etc/rancher /etc/systemd/system /usr/local/bin -type f -exec sha256sum {} + | sort
      systemctl show -p ActiveEnterTimestampMonotonic --value k3s`,
    );
  const before = await seen();
  const x1 = { name: "x1", host: machine(lab, "x1").address };
  const other = await newClusterStack(stringify({ ...manifest, name: "other", servers: [x1], agents: [] }));
  const refused = await other.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect(refused.code).not.toBe(0);
  for (const words of [
    "its cluster's state is in sqlite, and etcd is declared",
    "its node is other",
    "it runs with disable-agent: true",
    "its cluster was made with cluster-cidr: 10.50.0.0/16",
  ])
    expect(refused.stdout + refused.stderr).toContain(words);
  write({ agents: [...manifest.agents, x1] });
  const asAgent = await stack.tryPulumi(["preview"]);
  expect(asAgent.stdout + asAgent.stderr).toContain("it runs as server, and is to be agent");
  write({ adopt: false, agents: [...manifest.agents, x1] });
  const without = await stack.tryPulumi(["preview"]);
  expect(without.stdout + without.stderr).toContain("Give adopt: true to take it over");
  expect(await seen()).toBe(before);
  other.remove();
});

test("U09 a turn of the tokens gives a cluster that was taken over those of the stack, and its agent goes on", async () => {
  const data = "/var/lib/rancher/k3s/server";
  const files = "/etc/rancher/k3s";
  const password = async (name: string, file: string) =>
    (await onMachine(lab, name, `sed 's/.*://' ${file}`)).trim();
  const before = await startTimes();
  const begun = Date.now();
  await up({ tokens: { rotate: "1" } });
  console.log(`U09 ${Date.now() - begun} ms`);
  const [server, agent] = [
    await password("s1", `${data}/token`),
    await password("s1", `${data}/agent-token`),
  ];
  expect([server === token, agent === token, server === agent]).toEqual([false, false, false]);
  expect(await password("s1", `${files}/token`)).toBe(server);
  expect(await password("s1", `${files}/agent-token`)).toBe(agent);
  expect(await password("a1", `${files}/token`)).toBe(agent);
  expect((await startTimes()).a1).toBe(before.a1);
  await onMachine(lab, "a1", "systemctl restart k3s-agent");
  await onMachine(lab, "s1", "systemctl restart k3s");
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

/** As k3s's own script does it. */
async function installByHand(name: string, unit: string, words: string[], variables: Record<string, string>) {
  const release = `${lab.mirror}/${encodeURIComponent(version)}`;
  const file = `/etc/systemd/system/${unit}.service`;
  const [command, ...flags] = words;
  const assigned = Object.entries(variables).map(([key, value]) => `${key}='${value}'`);
  await onMachine(
    lab,
    name,
    `curl -sSf -o /usr/local/bin/k3s ${release}/k3s
chmod 0755 /usr/local/bin/k3s
printf '#!/bin/sh\\n' >/usr/local/bin/${unit}-uninstall.sh
umask 077
cat >${file}.env <<'END'
${assigned.join("\n")}
END
cat >${file} <<'END'
[Unit]
Description=Lightweight Kubernetes
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target

[Service]
Type=notify
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/sysconfig/%N
EnvironmentFile=-${file}.env
KillMode=process
Delegate=yes
LimitNOFILE=1048576
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s \\
    ${command} \\
${flags.map((flag) => `\t'${flag}' \\\n`).join("")}
END
systemctl daemon-reload
systemctl enable --quiet ${unit}
systemctl start ${unit}`,
  );
}

async function startTimes(): Promise<Record<string, string>> {
  const of = (name: string, unit: string) =>
    onMachine(lab, name, `systemctl show -p ActiveEnterTimestampMonotonic --value ${unit}`);
  return { s1: await of("s1", "k3s"), a1: await of("a1", "k3s-agent") };
}

function write(changed: object): void {
  writeFileSync(join(stack.folder, "cluster.yaml"), stringify({ ...manifest, ...changed }));
}

async function up(changed: object): Promise<void> {
  write(changed);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
}
