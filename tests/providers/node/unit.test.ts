import { authenticationFile, publicRole } from "../../../k3s/health";
import { script } from "../../../remote/script";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, caHash, password, pinned, sentConfig, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const create = (inputs: Props) => host().resource("Node").create(inputs);

const notYet = (reason: string) => ({ code: 75, stderr: `${reason}\n` });
const again = { code: 1, stderr: "the unit ends again and again\n" };
const lines = [
  "fatal: starting kubernetes: listen tcp :6443: bind: address already in use",
  "error: second thoughts",
];
const fine = {
  "find-cluster": {},
  "check-token": {},
  "install-node": { stdout: "started\n" },
  supervisor: { stdout: `${caHash}\n` },
  "check-tunnel": {},
  journal: { stdout: `${lines.join("\n")}\n\n` },
};
const journal = lines.map((line) => `  | ${line}\n`).join("");
const next = (unit: string, machine: string) =>
  `  next: correct the cause (journalctl -u ${unit} on ${machine} shows all of it), then run this again`;

test("an agent whose unit ends again and again shows its journal, and is recorded", async () => {
  const a1 = await machines.machine("a1", { ...fine, "node-ready": [notYet("unit not active"), again] });
  const inputs = agentInputs(a1);
  const { message, recorded } = await refusal(create(inputs));
  expect(message).toBe(
    `a1: starting k3s-agent: the unit ends again and again\n${journal}${next("k3s-agent", "a1")}`,
  );
  expect(a1.variables("journal")).toEqual({ UNIT: "k3s-agent" });
  expect(recorded).toEqual({
    id: "prod/a1",
    properties: { ...inputs, __provider: expect.anything() },
    reasons: [message],
  });
});

describe("an agent that the cluster knows by another password", () => {
  const otherPassword = notYet("the cluster knows its name by another password");
  const waiting = { ...fine, "node-ready": [otherPassword, {}], "machine-id": { stdout: "9f0c\n" } };

  test("is let in when that one is forgotten", async () => {
    const a1 = await machines.machine("a1", waiting);
    const s1 = await machines.machine("s1", { "forget-node": {} });
    await create(agentInputs(a1, { api: { name: "s1", connection: s1.connection } }));
    expect(s1.ran).toEqual([
      { script: "forget-node", variables: { NODE: "a1", MACHINE_ID: "9f0c", DEAD: "yes" } },
    ]);
  });

  test("stays out where another machine has its name", async () => {
    const a1 = await machines.machine("a1", waiting);
    const stderr = "another machine is node a1, and Ready\n";
    const s1 = await machines.machine("s1", { "forget-node": { code: 73, stderr } });
    const { message } = await refusal(
      create(agentInputs(a1, { api: { name: "s1", connection: s1.connection } })),
    );
    expect(message).toContain(
      "a1: having the cluster forget who was a1 before: another machine is node a1, and Ready\n" +
        "  next: give this machine a name of its own, or remove the other node, then run this again",
    );
  });

  test("is waited for where no server is known that could forget it", async () => {
    const a1 = await machines.machine("a1", waiting);
    await create(agentInputs(a1));
    expect(a1.scripts()).not.toContain("machine-id");
  });
});

test("a first server whose unit ends again and again is completed by the next run", async () => {
  const s1 = await machines.machine("s1", {
    ...fine,
    supervisor: [again, fine.supervisor],
    "node-ready": {},
  });
  const inputs = serverInputs(s1);
  const { message, recorded } = await refusal(create(inputs));
  expect(message).toBe(`s1: starting k3s: the unit ends again and again\n${journal}${next("k3s", "s1")}`);
  expect(recorded).toMatchObject({ id: "prod/s1", properties: { ...inputs, joinToken: password } });
  const outs = await host()
    .resource("Node")
    .update("prod/s1", recorded?.properties ?? {}, inputs);
  expect(outs.joinToken).toBe(pinned);
});

test("a node that does not become ready in its time says what it waited for", async () => {
  const a1 = await machines.machine("a1", { ...fine, "node-ready": notYet("node not Ready") });
  const { message } = await refusal(create(agentInputs(a1, { patience: 600 })));
  expect(message).toBe(
    `a1: starting k3s-agent: after 1 s still: node not Ready\n${journal}${next("k3s-agent", "a1")}`,
  );
});

test("waiting tells each new reason, and the machine which one it told last", async () => {
  const answers = [notYet("unit not active"), notYet("node not Ready"), notYet("node not Ready"), {}];
  const a1 = await machines.machine("a1", { ...fine, "node-ready": answers });
  await create({ ...agentInputs(a1), row: rowFor("waits") });
  const seen = a1.ran.filter(({ script }) => script === "node-ready").map(({ variables }) => variables.SEEN);
  expect(seen).toEqual(["", "unit not active", "node not Ready", "node not Ready"]);
  const steps = [
    "asking the cluster whether it takes the token",
    "writing its files and starting it",
    "looking whether it is ready",
    "waiting: unit not active",
    "waiting: node not Ready",
    "checking the pod network",
  ];
  const said = () => host().engine.said("waits");
  await until("all is said", () => said().length >= steps.length);
  expect(said()).toEqual(steps);
});

test("a node is sent the files that are given, and nothing for those that are not", async () => {
  const a1 = await machines.machine("a1", { ...fine, "node-ready": {} });
  await create(agentInputs(a1, { registries: "mirrors: {}\n" }));
  expect(a1.variables("install-node")).toMatchObject({ REGISTRIES: "mirrors: {}\n", ENVIRONMENT: "" });
});

test("a server is sent what keeps the tokens of its snapshots, and nothing else that has none", async () => {
  const s1 = await machines.machine("s1", fine);
  await create(serverInputs(s1, { snapshotFolder: "/backup" }));
  expect(s1.variables("install-node")).toMatchObject({
    KEEPER: script("keep-snapshot-tokens").text,
    KEEPER_SERVICE: expect.stringContaining("/etc/rancher/k3s/keep-snapshot-tokens\n"),
    KEEPER_PATH: expect.stringContaining("PathChanged=/backup\n"),
    SNAPSHOTS: "/backup",
  });
  const a1 = await machines.machine("a1", { ...fine, "node-ready": {} });
  await create(agentInputs(a1));
  expect(a1.variables("install-node")).toMatchObject({ KEEPER: "", KEEPER_PATH: "", SNAPSHOTS: "" });
});

test("a server is sent the file that opens its health, or the role of strangers, as it is declared", async () => {
  const s1 = await machines.machine("s1", fine);
  const sent = () => s1.variables("install-node");
  await create(serverInputs(s1));
  expect(sent()).toMatchObject({ AUTHENTICATION: "", PUBLIC_ROLE: "" });
  await create(serverInputs(s1, { config: { healthCheck: "anonymous-health" } }));
  expect(sent()).toMatchObject({ AUTHENTICATION: authenticationFile, PUBLIC_ROLE: "" });
  expect(sentConfig(s1)["kube-apiserver-arg"]).toContain(
    "authentication-config=/etc/rancher/k3s/authentication.yaml",
  );
  const extra = { "kube-apiserver-arg": ["authentication-config=/etc/rancher/k3s/authentication.yaml"] };
  await create(serverInputs(s1, { config: { healthCheck: "anonymous-health", extra } }));
  expect(sent()).toMatchObject({ AUTHENTICATION: "", PUBLIC_ROLE: "" });
  await create(
    serverInputs(s1, {
      config: { healthCheck: "anonymous-health", extra: { "kube-apiserver-arg+": "v=2" } },
    }),
  );
  expect(sent()).toMatchObject({ AUTHENTICATION: authenticationFile });
  await create(serverInputs(s1, { config: { healthCheck: "anonymous-auth" } }));
  expect(sent()).toMatchObject({ AUTHENTICATION: "", PUBLIC_ROLE: publicRole });
});

test("an installation that fails names its step, holds no secret, and is recorded", async () => {
  const s1 = await machines.machine("s1", {
    ...fine,
    "install-node": { code: 1, stderr: `printf: ${password}: No space left on device\n` },
  });
  const inputs = serverInputs(s1, { join: url, token: pinned });
  const { message, recorded } = await refusal(create(inputs));
  expect(message).toBe(
    's1: writing its files and starting it: "install-node" failed with exit code 1: ' +
      "printf: [secret]: No space left on device\n  next: correct the cause on s1, then run this again",
  );
  expect(recorded?.id).toBe("prod/s1");
});

test("a machine that belongs to another owner is left alone", async () => {
  const stderr = "this machine belongs to dev/s9\n";
  const s1 = await machines.machine("s1", { ...fine, "install-node": { code: 73, stderr } });
  const { message } = await refusal(create(serverInputs(s1)));
  expect(message).toBe(
    "s1: writing its files and starting it: this machine belongs to dev/s9\n" +
      "  next: remove that node by the stack that made it, or take this machine out of the manifest",
  );
  expect(s1.scripts()).toEqual(["find-cluster", "install-node"]);
});

test("a machine that nobody can tell the owner of is left alone, and how to mend that is said", async () => {
  const stderr = "/etc/rancher/k3s/owner is there and names no node\n";
  const s1 = await machines.machine("s1", { ...fine, "install-node": { code: 78, stderr } });
  const { message } = await refusal(create(serverInputs(s1)));
  expect(message).toBe(
    "s1: writing its files and starting it: /etc/rancher/k3s/owner is there and names no node\n" +
      "  next: if it is prod/s1, write that into it (printf %s prod/s1 >/etc/rancher/k3s/owner); otherwise take the machine out of the manifest",
  );
});

test("a file of somebody else's that says who may log in is told with what to do", async () => {
  const stderr = "/etc/rancher/k3s/authentication.yaml is there and is somebody else's\n";
  const s1 = await machines.machine("s1", { ...fine, "install-node": { code: 77, stderr } });
  const { message } = await refusal(create(serverInputs(s1)));
  expect(message).toBe(
    "s1: writing its files and starting it: /etc/rancher/k3s/authentication.yaml is there and is somebody else's\n" +
      "  next: give that file another name, and this as authentication-config in apiserver.args, or remove it; then run this again",
  );
});

test("a journal cannot steer the terminal", async () => {
  const journalOf = { stdout: "error: \u001b[2Jodd\u0007\r\n" };
  const s1 = await machines.machine("s1", { ...fine, supervisor: again, journal: journalOf });
  const { message } = await refusal(create(serverInputs(s1)));
  expect(message).toContain("\n  | error:  [2Jodd \n");
});

test("a journal that repeats a secret is shown without it", async () => {
  const journalOf = { stdout: `error: token ${password} is odd\n` };
  const s1 = await machines.machine("s1", { ...fine, supervisor: again, journal: journalOf });
  const { message } = await refusal(create(serverInputs(s1)));
  expect(message).toContain("  | error: token [secret] is odd\n");
});

test("a machine that restarts while its node is waited for is waited for, too", async () => {
  const answers = [notYet("node not Ready"), { restarts: true as const }, {}];
  const a1 = await machines.machine("a1", { ...fine, "node-ready": answers });
  const { id } = await create({ ...agentInputs(a1), row: rowFor("returns") });
  expect(id).toBe("prod/a1");
  const said = () => host().engine.said("returns");
  await until("the machine's return is waited for", () =>
    said().includes("waiting: the machine does not answer"),
  );
});
