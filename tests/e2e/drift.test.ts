import { parse, stringify } from "yaml";
import { docker } from "../../lab/engine/docker";
import { manifestFor } from "../../lab/machines/manifest";
import { containerName, type Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, minutes, onMachine } from "./labs";
import { newClusterStack, type Stack } from "./stack";

jest.setTimeout(minutes(8));

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("drift", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  const manifest = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  const agents = manifest.agents.map((agent: object) => ({
    ...agent,
    labels: { tier: "web" },
    taints: ["dedicated=web:NoSchedule"],
  }));
  stack = await newClusterStack(stringify({ ...manifest, agents }));
  await stack.pulumi(["up", "--yes"]);
});

afterAll(async () => {
  stack?.remove();
  await labDown("drift");
});

interface Damage {
  /** What somebody does on a machine. */
  on: Record<string, string>;
  /** What refresh says that there is instead. */
  seen: RegExp[];
  /** The machines whose k3s is started again by the repair. */
  restarts: string[];
}

const undrifted = /Resources:\n +\d+ unchanged\n/;
const config = "/etc/rancher/k3s";

const damages: Record<string, Damage> = {
  "labels, taints, a cordon, modes and owners": {
    on: {
      s1: `${kubectl} label node a1 tier-; ${kubectl} taint node a1 odd=1:NoExecute dedicated-; ${kubectl} cordon a1`,
      a1: `chmod 644 ${config}/token; chown nobody ${config}/config.yaml`,
    },
    seen: [
      /tier/,
      /odd=1:NoExecute/,
      /registered, cordoned/,
      /token has mode and owner 644:root:root/,
      /config\.yaml has mode and owner 600:nobody:root/,
    ],
    restarts: [],
  },
  "files that were edited, units that were stopped and disabled, and a binary that was swapped": {
    on: {
      a1: `echo 'debug: true' >>${config}/config.yaml; echo odd >${config}/token; systemctl disable --now k3s-agent; echo '# odd' >>/etc/systemd/system/k3s-agent.service`,
      s1: "cp /usr/local/bin/k3s /tmp/odd; echo odd >>/tmp/odd; mv /tmp/odd /usr/local/bin/k3s; systemctl disable k3s",
    },
    seen: [
      /config\.yaml changed/,
      /\/token changed/,
      /k3s-agent\.service changed/,
      /\/usr\/local\/bin\/k3s changed/,
      /inactive, disabled/,
      /active, disabled/,
    ],
    restarts: ["a1", "s1"],
  },
  "an agent whose data folder was removed, and whose node was deleted": {
    on: {
      s1: `${kubectl} delete node a1`,
      a1: "systemctl kill -s KILL k3s-agent; systemctl stop k3s-agent; rm -rf /var/lib/rancher/k3s/agent",
    },
    seen: [/\/var\/lib\/rancher\/k3s missing/],
    restarts: ["a1"],
  },
};

test.each(Object.entries(damages))("%s are seen by refresh, and repaired by up alone", async (_, damage) => {
  const { on, seen, restarts } = damage;
  const before = await started();
  for (const [name, script] of Object.entries(on)) await onMachine(lab, name, script);
  const refresh = await stack.pulumi(["refresh", "--yes", "--diff"]);
  for (const words of seen) expect(refresh).toMatch(words);
  const preview = await stack.pulumi(["preview", "--diff"]);
  for (const words of seen) expect(preview).toMatch(words);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await asDeclared();
  const after = await started();
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(restarts);
});

test("a machine that was restarted is as it was", async () => {
  await docker(["restart", containerName(lab.name, "a1")]);
  await onMachine(lab, "a1", "while ! systemctl is-active --quiet k3s-agent; do sleep 0.5; done");
  await onMachine(lab, "s1", `${kubectl} wait --for=condition=Ready node/a1 --timeout=120s`);
  await asDeclared();
});

test("a machine that cannot be reached is told, and what is known of it is kept", async () => {
  await onMachine(
    lab,
    "a1",
    "systemctl stop ssh.socket ssh 2>/dev/null; systemctl stop sshd 2>/dev/null || true",
  );
  const before = await stack.pulumi(["stack", "export", "--show-secrets"]);
  const said = await stack.pulumi(["refresh", "--yes"]);
  expect(said).toMatch(/warning: it could not be looked at, and is taken to be as it was: a1: .*refused/);
  expect(said).toMatch(undrifted);
  expect(resources(await stack.pulumi(["stack", "export", "--show-secrets"]))).toEqual(resources(before));
  await onMachine(lab, "a1", "systemctl start ssh");
});

/** A refresh finds nothing any more, and the node is what the manifest says. */
async function asDeclared(): Promise<void> {
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(undrifted);
  const node = JSON.parse(await onMachine(lab, "s1", `${kubectl} get node a1 -o json`));
  expect(node.metadata.labels).toMatchObject({ tier: "web" });
  expect(node.spec.taints).toEqual([{ key: "dedicated", value: "web", effect: "NoSchedule" }]);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
}

async function started(): Promise<Record<string, string>> {
  const since = (unit: string) => `systemctl show -p ActiveEnterTimestampMonotonic --value ${unit}`;
  return { a1: await onMachine(lab, "a1", since("k3s-agent")), s1: await onMachine(lab, "s1", since("k3s")) };
}

function resources(state: string): unknown {
  return JSON.parse(state).deployment.resources.map((one: Record<string, unknown>) => [one.urn, one.outputs]);
}
