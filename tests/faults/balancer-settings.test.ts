import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";

jest.setTimeout(minutes(8));

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("balancer", { servers: 1, agents: 1, k3s: ["k3s-1.33"] });
  const its = parse(manifestFor(lab, k3s["k3s-1.33"].version));
  const haproxy = { healthCheck: "anonymous-auth", always: true };
  stack = await newClusterStack(
    stringify({ ...its, artifacts: { ...its.artifacts, images: false }, haproxy }),
  );
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
});

afterAll(async () => {
  stack?.remove();
  await labDown("balancer");
});

test("V02 with anonymous-auth strangers may ask for health alone, and the API is closed to them", async () => {
  const url = `https://${machine(lab, "s1").address}:6443`;
  const asked = ["/readyz", "/livez?exclude=etcd", "/version", "/api/v1/nodes"].map((path) =>
    onMachine(lab, "a1", `curl -sk -o /dev/null -w '%{http_code}' '${url}${path}'`),
  );
  expect(await Promise.all(asked)).toEqual(["200", "200", "403", "403"]);
  expect(await onMachine(lab, "s1", `${kubectl} version -o json | grep -c gitVersion`)).toBe("2");
});

test("V02 with always an agent asks nobody but its HAProxy, and is reached through its tunnel all the same", async () => {
  const port = "grep -o 'server: .*' /var/lib/rancher/k3s/agent/kubelet.kubeconfig";
  expect(await onMachine(lab, "a1", port)).toBe("server: https://127.0.0.1:16443");
  expect(await onMachine(lab, "a1", "ss -ltn | grep -c ':6444 ' || true")).toBe("0");
  expect(await onMachine(lab, "s1", `${kubectl} get --raw /api/v1/nodes/a1/proxy/healthz`)).toBe("ok");
});

test("V02 the output statsPassword opens the page of statistics", async () => {
  const password = (await stack.pulumi(["stack", "output", "statsPassword", "--show-secrets"])).trim();
  const asked = ["wrong", password].map((own) =>
    onMachine(lab, "a1", `curl -s -o /dev/null -w '%{http_code}' -u 'admin:${own}' http://127.0.0.1:1936/`),
  );
  expect(await Promise.all(asked)).toEqual(["401", "200"]);
});

test("V02 nothing has drifted, and nothing is to be changed", async () => {
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/Resources:\n +\d+ unchanged\n/);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
});
