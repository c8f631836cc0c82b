import { minutes, onMachine } from "../e2e/labs";
import { refused } from "./fails";
import { entries, fieldDown, fieldUp, type LabField, restore, write } from "./field";
import * as manifests from "./scenarios/manifest";
import { tracesOn } from "./traces";

jest.setTimeout(minutes(8));

const hostile = "$(>/pwned)`>/pwned`'\"\\;|&<>#*!%{}~";
const endpoint = "api.lab.example";

let field: LabField;

beforeAll(async () => {
  const more = { token: hostile, agentToken: `${hostile}agent`, endpoint: { address: endpoint } };
  field = await fieldUp("settings", { spare: 1, more });
});

afterAll(() => fieldDown("settings", field));

test("F08 the endpoint's name is in the API's certificate without being asked for", async () => {
  const names = await onMachine(
    field.lab,
    "s1",
    "openssl s_client -connect 127.0.0.1:6443 </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName",
  );
  expect(names).toContain(`DNS:${endpoint}`);
});

test("F11 servers that differ where they must not are refused, and a cluster that would become another", async () => {
  await manifests.differingServers(field);
  for (const [changed, where] of [
    [{ network: { clusterCidr: "10.64.0.0/16" } }, /cluster-?cidr/i],
    [{ network: { serviceCidr: "10.65.0.0/16" } }, /service-?cidr/i],
    [{ config: { "cluster-domain": "other.local" } }, /cluster-domain/],
    [{ config: { "secrets-encryption": true } }, /secrets-encryption/],
  ] as const) {
    await refused(field, {
      manifest: changed,
      told: [{ where: /s1|^network|^config/, cause: where, next: /\S/ }],
      within: 60,
    });
  }
});

test("F65 what a shell could read as more than text is refused, or stays text", async () => {
  const { lab, stack } = field;
  await manifests.hostileText(field);
  write(field, { agents: entries(field, "x1"), endpoint: undefined });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(lab, "x1", "systemctl is-active k3s-agent")).toBe("active");
  expect(await onMachine(lab, "s1", "cat /etc/rancher/k3s/token")).toBe(hostile);
  for (const name of ["s1", "x1"]) expect(await onMachine(lab, name, "ls /")).not.toContain("pwned");
  const before = await tracesOn(lab);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await tracesOn(lab)).toEqual(before);
  await restore(field);
});
