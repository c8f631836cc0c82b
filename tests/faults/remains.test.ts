import { stringify } from "yaml";
import { power, wipe } from "../../lab/machines/power";
import { machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, up } from "../e2e/stack";
import { refused } from "./fails";
import { entries, fieldDown, fieldUp, type LabField, restore, write } from "./field";
import { complaintsIn } from "./said";
import { nodesOf } from "./scenarios/killed";

jest.setTimeout(minutes(15));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("remains", { spare: 2 });
});

afterAll(() => fieldDown("remains", field));

const destroy = ["destroy", "--yes", "--skip-preview"];

test("F39 what is left of half an installation is completed, or refused where it is not ours; an old agent joins", async () => {
  const { lab } = field;
  const unit = "/etc/systemd/system/k3s-agent.service";
  await onMachine(
    lab,
    "x1",
    `mkdir -p /etc/rancher/k3s; printf %s ${field.manifest.name}/x1 >/etc/rancher/k3s/owner
    echo '[Unit]' >${unit}; echo odd >/usr/local/bin/k3s; chmod 0755 /usr/local/bin/k3s`,
  );
  await onMachine(lab, "x2", `echo '[Unit]' >${unit}; cp /bin/true /usr/local/bin/k3s`);
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2") },
    told: [{ where: "x2", cause: /^unit-without-data: .*not ours and never ran/, next: /uninstall/ }],
    within: 60,
  });
  await onMachine(lab, "x2", `rm ${unit}`);
  await field.stack.pulumi(up);
  expect(await nodesOf(field.lab)).toEqual(["s1 Ready", "x1 Ready", "x2 Ready"]);

  // The server and the stack are gone; the agents are of a cluster of the same name, which they left never.
  const ca = "sha256sum /var/lib/rancher/k3s/agent/server-ca.crt";
  const old = await onMachine(lab, "x1", ca);
  await wipe(lab, machine(lab, "s1"));
  await forgetEverything({ agents: entries(field, "x1", "x2") });
  await field.stack.pulumi(up);
  expect(await onMachine(lab, "x1", ca)).not.toBe(old);
  expect(await nodesOf(field.lab)).toEqual(["s1 Ready", "x1 Ready", "x2 Ready"]);
  await restore(field);
});

test("F56 an agent that the cluster knows by another password is let in, unless its name is another machine's", async () => {
  const { lab, stack } = field;
  write(field, { agents: entries(field, "x1") });
  await stack.pulumi(up);
  // As after a removal of which the cluster could not be told, or on a machine that was installed anew.
  const lost = "systemctl stop k3s-agent; rm /etc/rancher/node/password";
  await onMachine(lab, "x1", lost);
  await stack.pulumi(["refresh", "--yes"]);
  expect(await stack.pulumi(up)).toContain("having the cluster forget who was x1 before");
  expect(await nodesOf(lab)).toEqual(["s1 Ready", "x1 Ready"]);
  // Somebody else is x1, and alive.
  await onMachine(lab, "s1", `systemd-run -q --unit heart sh -c '${heart("x1")}'`);
  await onMachine(lab, "x1", `${lost}; echo ${"0".repeat(32)} >/etc/machine-id`);
  await stack.pulumi(["refresh", "--yes"]);
  const { code, stdout } = await stack.tryPulumi(up);
  expect([code === 0, complaintsIn(stdout)]).toEqual([
    false,
    expect.arrayContaining([
      {
        where: "x1",
        cause: expect.stringContaining("another machine is node x1, and Ready"),
        next: expect.stringMatching(/^give this machine a name of its own/),
      },
    ]),
  ]);
  // The API takes who does not answer for dead after 40 s and more.
  await onMachine(
    lab,
    "s1",
    "systemctl stop heart; until k3s kubectl get node x1 | grep -q NotReady; do sleep 1; done",
  );
  await stack.pulumi(up);
  expect(await nodesOf(lab)).toEqual(["s1 Ready", "x1 Ready"]);
  await restore(field);
});

/** Renews a node's lease, as its kubelet would. */
function heart(node: string): string {
  const patch = String.raw`{\"spec\":{\"renewTime\":\"$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)\"}}`;
  return `while :; do k3s kubectl -n kube-node-lease patch lease ${node} --type merge -p "${patch}"; sleep 5; done`;
}

test("F62 a stack that was lost is refused without the cluster's tokens, and with them it is as before; a machine that is gone can be taken out", async () => {
  const { lab } = field;
  write(field, { agents: entries(field, "x1", "x2") });
  await field.stack.pulumi(up);
  const tokens = JSON.parse(await field.stack.pulumi(["stack", "output", "--json", "--show-secrets"]));
  const started = await running();
  await forgetEverything({ agents: entries(field, "x1", "x2") });
  const { stack } = field;
  const { code, stdout, stderr } = await stack.tryPulumi(up);
  expect([code === 0, complaintsIn(stdout + stderr)]).toEqual([
    false,
    [
      {
        where: "s1",
        cause: expect.stringContaining("the cluster on this machine has another token"),
        next: expect.stringMatching(/give the tokens .*\/server there, token/),
      },
    ],
  ]);
  expect(await running()).toEqual(started);
  const password = (token: string) => token.replace(/^.*::[a-z]+:/, "");
  await stack.pulumi(["config", "set", "--secret", "token"], { input: password(tokens.token) });
  await stack.pulumi(["config", "set", "--secret", "agentToken"], { input: password(tokens.agentToken) });
  await stack.pulumi(up);
  expect(await running()).toEqual(started);
  expect(await nodesOf(field.lab)).toEqual(["s1 Ready", "x1 Ready", "x2 Ready"]);

  await power(lab, machine(lab, "x2"), "kill");
  write(field, { agents: entries(field, "x1") });
  const begun = Date.now();
  expect(await stack.pulumi(up)).toMatch(
    /warning: x2 cannot be reached .* taken to be gone\. What stays on it: /,
  );
  console.log(`x2 was let go after ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
  await wipe(lab, machine(lab, "x2"));
});

test("F63 destroy goes on where a machine cannot be reached, and lists what is left", async () => {
  const { lab, stack } = field;
  write(field, { agents: entries(field, "x1") });
  await stack.pulumi(up);
  await power(lab, machine(lab, "x1"), "kill");
  const begun = Date.now();
  const said = await stack.pulumi(destroy);
  console.log(`destroyed after ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  expect(said).toMatch(
    /warning: x1 cannot be reached .* taken to be gone\. What stays on it: k3s-agent\.service, /,
  );
  expect(await onMachine(lab, "s1", "ls -d /etc/rancher /usr/local/bin/k3s 2>/dev/null || true")).toBe("");
  expect(await stack.pulumi(["stack", "export"])).not.toContain("k3s:Node");
});

/** A stack that knows nothing of what there is. */
async function forgetEverything(manifest: object): Promise<void> {
  field.stack.remove();
  field.stack = await newClusterStack(stringify({ ...field.manifest, ...manifest }));
}

async function running(): Promise<string[]> {
  const since = "systemctl show -p ActiveEnterTimestampMonotonic --value k3s k3s-agent";
  return Promise.all(["s1", "x1", "x2"].map((name) => onMachine(field.lab, name, since)));
}
