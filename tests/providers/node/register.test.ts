import type { NodeConfig } from "../../../k3s/config";
import { untouched } from "../../../providers/node/observe";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, caHash, pinned, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");

/** What read-node.sh tells of a node whose object is this. */
const told = (object: object) => ({ stdout: `unit=active enabled\nnode=${JSON.stringify(object)}\n` });
const itsObject = { metadata: { labels: { tier: "web", foreign: "1" } }, spec: {} };
const answers = {
  "install-node": { stdout: "unchanged\n" },
  "node-ready": {},
  "read-node": told(itsObject),
  "set-node": {},
  "check-tunnel": {},
};

const before = { labels: { tier: "web" } };
const after = { labels: { tier: "db" }, extra: { "node-taint": ["a=1:NoSchedule"] } };
const patch = {
  metadata: { labels: { tier: "db" } },
  spec: { taints: [{ key: "a", value: "1", effect: "NoSchedule" }] },
};

/** An agent, and the server that may change its object. */
async function pair(): Promise<[FakeMachine, FakeMachine]> {
  return [
    await machines.machine("a1", { ...answers }),
    await machines.machine("s1", { "set-node": {}, "uncordon-node": {} }),
  ];
}

function inputs(a1: FakeMachine, config: Partial<NodeConfig>, s1?: FakeMachine): Props {
  const api = s1 && { name: s1.name, connection: s1.connection };
  return { ...agentInputs(a1, { config }), ...(api ? { api } : {}), ...untouched };
}

function patched(machine: FakeMachine) {
  const { PATCH = "null", ...rest } = machine.variables("set-node");
  return { ...rest, PATCH: JSON.parse(PATCH) };
}

test("labels and taints of an agent are changed by a server, in the API and in what it registers with", async () => {
  const [a1, s1] = await pair();
  const outs = await node().update("prod/a1", inputs(a1, before, s1), inputs(a1, after, s1));
  expect(a1.scripts()).toEqual(["install-node", "node-ready", "read-node", "check-tunnel"]);
  expect(a1.variables("install-node")).toMatchObject({
    REGISTRATION: "node-label:\n  - tier=db\nnode-taint:\n  - a=1:NoSchedule\n",
    REGISTER: "no",
  });
  expect(a1.variables("install-node").CONFIG).not.toMatch(/label|taint/);
  expect(s1.scripts()).toEqual(["set-node"]);
  expect(patched(s1)).toEqual({ NODE: "a1", ROLE: "server", PATCH: patch });
  expect(outs).toMatchObject({ config: after });
});

test("an agent of a cluster that is elsewhere changes them by itself", async () => {
  const [a1] = await pair();
  await node().update("prod/a1", inputs(a1, before), inputs(a1, after));
  expect(patched(a1)).toEqual({ NODE: "a1", ROLE: "agent", PATCH: patch });
});

test("a server changes them by itself", async () => {
  const s2 = await machines.machine("s2", { ...answers, "find-cluster": { stdout: `${caHash} prod/s2\n` } });
  const given = (config: Partial<NodeConfig>): Props =>
    serverInputs(s2, { join: url, token: pinned, config, ...untouched });
  await node().update("prod/s2", { ...given(before), joinToken: pinned }, given(after));
  expect(s2.scripts()).toEqual(["find-cluster", "install-node", "node-ready", "read-node", "set-node"]);
  expect(patched(s2)).toEqual({ NODE: "s2", ROLE: "server", PATCH: patch });
});

describe("an object that somebody changes meanwhile", () => {
  const version = (resourceVersion: string, taints: object[]) =>
    told({ metadata: { ...itsObject.metadata, resourceVersion }, spec: { taints } });
  const conflict = { code: 75, stderr: "the API says 409: the object has been modified\n" };
  const foreign = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" };

  test("is read again, and no taint of others is lost", async () => {
    const [a1, s1] = await pair();
    a1.answers["read-node"] = [version("1", []), version("2", [foreign])];
    s1.answers["set-node"] = [conflict, {}];
    await node().update("prod/a1", inputs(a1, before, s1), inputs(a1, after, s1));
    const patches = s1.ran.map(({ variables }) => JSON.parse(variables.PATCH ?? "null"));
    expect(patches.map(({ metadata }) => metadata.resourceVersion)).toEqual(["1", "2"]);
    expect(patches.map(({ spec }) => spec.taints)).toEqual([
      patch.spec.taints,
      [foreign, ...patch.spec.taints],
    ]);
  });

  test("again and again is given up after five times, with what it says", async () => {
    const [a1, s1] = await pair();
    a1.answers["read-node"] = version("1", []);
    s1.answers["set-node"] = conflict;
    const { message } = await refusal(
      node().update("prod/a1", inputs(a1, before, s1), inputs(a1, after, s1)),
    );
    expect(message).toMatch(
      /^s1: changing its labels and taints: the API says 409: the object has been modified\n {2}next: find out who keeps changing/,
    );
    expect(s1.scripts()).toEqual(Array(5).fill("set-node"));
  });
});

test("an object that has all of it already is looked at, and left alone", async () => {
  const [a1, s1] = await pair();
  a1.answers["read-node"] = told({ ...itsObject, ...patch });
  await node().update("prod/a1", inputs(a1, before, s1), inputs(a1, after, s1));
  expect([a1.scripts().includes("read-node"), s1.scripts()]).toEqual([true, []]);
});

test("where neither has changed, the object is not even looked at", async () => {
  const [a1, s1] = await pair();
  const was = { ...inputs(a1, before, s1), version: "v1", files: "/etc/rancher/k3s/token changed" };
  await node().update("prod/a1", was, inputs(a1, before, s1));
  expect(a1.scripts()).toEqual(["install-node", "node-ready", "check-tunnel"]);
  expect(s1.scripts()).toEqual(["uncordon-node"]);
});

test("a cordon that was seen is lifted", async () => {
  const [a1, s1] = await pair();
  a1.answers["read-node"] = told({ ...itsObject, spec: { unschedulable: true } });
  const seen = { ...inputs(a1, before, s1), node: "registered, cordoned" };
  await node().update("prod/a1", seen, inputs(a1, before, s1));
  expect(patched(s1).PATCH).toEqual({ spec: { unschedulable: null } });
});

test.each([{ node: "missing" }, { files: "/var/lib/rancher/k3s missing" }])(
  "k3s starts again to be what it was where %j was seen",
  async (seen) => {
    const [a1, s1] = await pair();
    await node().update("prod/a1", { ...inputs(a1, before, s1), ...seen }, inputs(a1, before, s1));
    expect(a1.variables("install-node").REGISTER).toBe("yes");
  },
);

test("a node that is made registers by itself", async () => {
  const a1 = await machines.machine("a1", { ...answers, "check-token": {} });
  await node().create(inputs(a1, after));
  expect(a1.variables("install-node").REGISTER).toBe("no");
  expect(a1.scripts()).not.toContain("read-node");
});

const step = "changing its labels and taints";
const silent =
  "see what keeps the API from answering (journalctl -u k3s on its servers), then run this again";

test.each<[string, { code: number; stderr: string }, string, string]>([
  [
    "may not change it",
    { code: 77, stderr: "the API says 403: no\n" },
    "the API says 403: no",
    "an agent may not change all of its own node: join it to a K3sServer of the program, or change it with kubectl",
  ],
  ["gets no answer", { code: 69, stderr: "the API does not answer\n" }, "the API does not answer", silent],
  [
    "is told that it is no valid change",
    { code: 65, stderr: "the API says 422: invalid\n" },
    '"set-node" failed with exit code 65: the API says 422: invalid',
    "correct the cause on s1, then run this again",
  ],
])("a server that %s says so, with what to do next", async (_case, answer, cause, next) => {
  const [a1, s1] = await pair();
  s1.answers["set-node"] = answer;
  const { message } = await refusal(node().update("prod/a1", inputs(a1, before, s1), inputs(a1, after, s1)));
  expect(message).toBe(`s1: ${step}: ${cause}\n  next: ${next}`);
});

/** In the next run nobody has failed yet, which is one host of providers for each. */
function next(given: Props): Props {
  return { ...given, cluster: "of the next run" };
}

test("a start that is still due after a failure is made by the next run", async () => {
  const [a1, s1] = await pair();
  a1.answers["install-node"] = [{ code: 1 }, {}];
  const seen = { ...inputs(a1, before, s1), files: "/var/lib/rancher/k3s missing" };
  const { recorded } = await refusal(node().update("prod/a1", seen, inputs(a1, before, s1)));
  await node().update("prod/a1", recorded?.properties ?? {}, next(inputs(a1, before, s1)));
  expect(a1.variables("install-node").REGISTER).toBe("yes");
});

test("an API that does not say what is there fails the change, and the next run makes it after all", async () => {
  const [a1, s1] = await pair();
  a1.answers["read-node"] = [{ stdout: "unit=active enabled\n" }, told(itsObject)];
  const seen = { ...inputs(a1, before, s1), node: "registered, cordoned" };
  const news: Props = { ...inputs(a1, { labels: {} }, s1), version: "v2", cluster: "silent" };
  const { message, recorded } = await refusal(node().update("prod/a1", seen, news));
  expect(message).toBe(`a1: ${step}: the API does not say what they are\n  next: ${silent}`);
  expect(s1.ran).toEqual([]);
  // What was declared until then is what the object still has, and what ran until then has to be given way again.
  const { version, node: its, config } = recorded?.properties ?? {};
  expect({ version, its, config }).toMatchObject({
    version: "v1.33.3+k3s1",
    its: "registered, cordoned",
    config: before,
  });
  await node().update("prod/a1", recorded?.properties ?? {}, next(news));
  expect(patched(s1).PATCH).toEqual({ metadata: { labels: { tier: null } } });
});
