import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import { kubectl } from "../../lab/machines/on-machine";
import { labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack } from "../e2e/stack";
import { voters } from "./etcd";
import { fails } from "./fails";
import { entry, fieldDown, type LabField, version, type Written, write } from "./field";
import { expectNotBegun } from "./traces";

jest.setTimeout(minutes(15));

const [password, agentPassword] = ["of-the-servers-elsewhere", "of-the-agents-elsewhere"];

let field: LabField;
let address: string;
let caHash: string;
let started: string;
const full = (user: string, secret: string, ca = caHash) => `K10${ca}::${user}:${secret}`;

/** s1 is a cluster that somebody made by hand, x1 and a1 are to join it. */
beforeAll(async () => {
  const lab = await labUp("joining", { servers: 1, agents: 1, spare: 1, k3s: ["k3s-1.33"] });
  const { disable, ...whole } = parse(manifestFor(lab, version)) as Written;
  address = `https://${machine(lab, "s1").address}:6443`;
  const manifest = { ...whole, servers: [], join: { server: address } };
  const stack = await newClusterStack(stringify(manifest));
  field = { lab, stack, manifest, running: true };
  await onMachine(lab, "s1", byHand(lab.mirror ?? "", JSON.stringify(disable)));
  caHash = await onMachine(
    lab,
    "s1",
    "sha256sum </var/lib/rancher/k3s/server/tls/server-ca.crt | cut -d ' ' -f 1",
  );
  await onMachine(lab, "s1", `${kubectl} create configmap before --from-literal=a=b`);
  started = await sinceWhen();
});

afterAll(() => fieldDown("joining", field));

test("U05 agents join a cluster that was made by hand, as soon as its CA and token fit, and leave it alone", async () => {
  const { lab, stack } = field;
  for (const [join, cause, next] of [
    [
      { token: full("node", agentPassword, "0".repeat(64)) },
      /belongs to another cluster: its CA is /,
      /address/,
    ],
    [{ token: full("node", "not-this-one") }, /refuses the token/, /agent-token/],
    // It has an agent token of its own.
    [{ token: password, caHash }, /refuses the token/, /agent-token/],
  ] as const) {
    await fails(field, {
      manifest: { join: { server: address, ...join } },
      told: [{ where: "a1", cause, next }],
      within: 90,
      untouched: ["s1", "x1"],
      unsaid: [agentPassword, password, "not-this-one"],
    });
    await expectNotBegun(lab, "a1");
  }
  await secrets({ joinToken: full("node", agentPassword) });
  await up({});
  expect(await nodes()).toEqual(["a1 Ready", "s1 Ready"]);
  expect(JSON.parse(await stack.pulumi(["stack", "output", "--json"]))).toMatchObject({ endpoint: address });
  expect(await stack.pulumi(["stack", "output"])).not.toMatch(/kubeconfig|clusterId/);
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
  const said = await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(said).toContain("Remove it by kubectl delete node a1");
  await expectNotBegun(lab, "a1");
  await onMachine(lab, "s1", `${kubectl} delete node a1`);
  expect(await sinceWhen()).toBe(started);
});

test("U06 a server joins a cluster that was made by hand, votes, and leaves it again with its quorum", async () => {
  const { lab, stack } = field;
  await secrets({ joinToken: full("server", password), joinAgentToken: agentPassword });
  const { disable } = parse(manifestFor(lab, version)) as Written;
  const servers = { servers: [entry(field, "x1")], disable };
  await up(servers);
  expect(await voters(lab, "s1")).toEqual(["s1", "x1"]);
  expect(await nodes()).toEqual(["a1 Ready", "s1 Ready", "x1 Ready"]);
  const data = `${kubectl} get configmap before -o 'jsonpath={.data.a}'`;
  expect(await onMachine(lab, "x1", data)).toBe("b");
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);

  // Agents alone again, which join by the agent token.
  await up({ join: { server: address, agentToken: agentPassword } });
  expect(await voters(lab, "s1")).toEqual(["s1"]);
  expect(await nodes()).toEqual(["a1 Ready", "s1 Ready"]);
  await expectNotBegun(lab, "x1");

  await up(servers);
  expect(await voters(lab, "s1")).toEqual(["s1", "x1"]);
  await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
  expect([await voters(lab, "s1"), await nodes()]).toEqual([["s1"], ["s1 Ready"]]);
  for (const name of ["a1", "x1"]) await expectNotBegun(lab, name);
  expect(await onMachine(lab, "s1", data)).toBe("b");
  expect(await sinceWhen()).toBe(started);
});

async function up(changed: Written): Promise<void> {
  write(field, changed);
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
}

async function secrets(given: Record<string, string>): Promise<void> {
  for (const [key, input] of Object.entries(given))
    await field.stack.pulumi(["config", "set", "--secret", key], { input });
}

async function nodes(): Promise<string[]> {
  const rows = await onMachine(field.lab, "s1", `${kubectl} get nodes --no-headers`);
  return rows.split("\n").map((row) => row.split(/ +/).slice(0, 2).join(" "));
}

function sinceWhen(): Promise<string> {
  return onMachine(field.lab, "s1", "systemctl show -p ActiveEnterTimestampMonotonic --value k3s");
}

/** As somebody without this tool would: a binary, a configuration, a unit. */
function byHand(mirror: string, disable: string): string {
  return `
case $(uname -m) in x86_64) arch=amd64 binary=k3s ;; *) arch=arm64 binary=k3s-arm64 ;; esac
base='${mirror}/${encodeURIComponent(version)}'
mkdir -p /etc/rancher/k3s /var/lib/rancher/k3s/agent/images
curl -fsS -o /usr/local/bin/k3s "$base/$binary"
curl -fsS -o /var/lib/rancher/k3s/agent/images/images.tar.gz "$base/k3s-airgap-images-$arch.tar.gz"
chmod 0755 /usr/local/bin/k3s
umask 077
printf %s '${password}' >/etc/rancher/k3s/token
printf %s '${agentPassword}' >/etc/rancher/k3s/agent-token
cat >/etc/rancher/k3s/config.yaml <<'END'
node-name: s1
cluster-init: true
token-file: /etc/rancher/k3s/token
agent-token-file: /etc/rancher/k3s/agent-token
disable: ${disable}
END
cat >/etc/systemd/system/k3s.service <<'END'
[Service]
Type=notify
ExecStart=/usr/local/bin/k3s server
KillMode=process
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576
TimeoutStartSec=0
Restart=always
RestartSec=5s
END
systemctl daemon-reload
systemctl start k3s
timeout 180 sh -c 'until ${kubectl} get nodes --no-headers 2>/dev/null | grep -q " Ready "; do sleep 1; done'
`;
}
