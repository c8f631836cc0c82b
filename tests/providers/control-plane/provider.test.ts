import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines, held } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const controlPlane = () => host().resource("ControlPlane");

const ca = "-----BEGIN CERTIFICATE-----\nabc=\n-----END CERTIFICATE-----\n";
const user = { "client-certificate-data": "cert", "client-key-data": "key" };
const kubeconfig = stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [
    { name: "default", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "ca" } },
  ],
  contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
  users: [{ name: "default", user }],
  "current-context": "default",
});
const values = { kubeconfig, ca, token: "K10c::server:p\n", agentToken: "K10c::node:a\n", id: "uid-1\n" };
const readable = {
  stdout: Object.entries(values)
    .map(([name, value]) => `${name}=${Buffer.from(value).toString("base64")}\n`)
    .join(""),
};
const notYet = (reason: string) => ({ code: 75, stderr: `${reason}\n` });
const again = { code: 1, stderr: "the unit ends again and again\n" };

const servers = (answers: Answer[]) =>
  Promise.all(
    answers.map((answer, at) =>
      machines.machine(`s${at + 1}`, {
        "node-ready": answer,
        "check-tunnel": {},
        "read-cluster": readable,
        "note-cluster": {},
        journal: {},
      }),
    ),
  );
const inputs = (list: FakeMachine[], row = rowFor("prod")): Props => ({
  cluster: "prod",
  servers: list.map(({ name, connection }) => ({ name, connection })),
  nodes: list.map(({ name }) => `prod/${name}`),
  endpoint: { address: "api.example.com", port: 8443 },
  patience: 60_000,
  row,
});
const lasting = (list: FakeMachine[]): Props => {
  const { patience, ...rest } = inputs(list);
  return rest;
};
const outputs = {
  caCertificate: ca,
  caHash: createHash("sha256").update(ca).digest("hex"),
  token: "K10c::server:p",
  agentToken: "K10c::node:a",
  clusterId: "uid-1",
};

test("gives what others need, read from the first server, and a kubeconfig for the endpoint", async () => {
  const list = await servers([{}, {}, {}]);
  const { id, outs } = await controlPlane().create(inputs(list));
  expect(id).toBe("prod");
  expect(outs).toMatchObject({ ...lasting(list), ...outputs });
  expect(parse(outs.kubeconfig as string)).toMatchObject({
    clusters: [
      {
        name: "prod",
        cluster: { server: "https://api.example.com:8443", "certificate-authority-data": "ca" },
      },
    ],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
    users: [{ name: "prod", user }],
    "current-context": "prod",
  });
  expect(list.map((machine) => machine.scripts())).toEqual([
    ["node-ready", "check-tunnel", "read-cluster", "note-cluster"],
    ["node-ready", "check-tunnel", "note-cluster"],
    ["node-ready", "check-tunnel", "note-cluster"],
  ]);
  expect(list[1]?.variables("node-ready")).toMatchObject({ ROLE: "server", NODE: "s2" });
});

test("waits for every server, all at once, and says for which", async () => {
  const last = held();
  const list = await servers([{}, [notYet("not a voter of etcd yet"), {}], last.answer]);
  const made = controlPlane().create(inputs(list, rowFor("waits")));
  const looking = "looking whether it is ready";
  const said = () => host().engine.said("waits");
  await until("only the last is missing", () => said().at(-1) === `s3 ${looking}`);
  // Whether s1 is still looking then, and is named too, is a race that nobody needs to win.
  expect(said()).toContainEqual(expect.stringContaining("s2 waiting: not a voter of etcd yet, s3"));
  expect(list[0]?.scripts()).toEqual(["node-ready"]);
  last.release();
  await made;
  await until("the end is said", () => said().at(-1) === "reading its kubeconfig and tokens");
  expect(said()).not.toContain("");
});

test("a server whose unit ends again and again fails it, and nothing is recorded", async () => {
  const list = await servers([{}, again]);
  const { message, recorded } = await refusal(controlPlane().create(inputs(list)));
  expect(message).toBe(
    "s2: starting k3s: the unit ends again and again\n" +
      "  next: correct the cause (journalctl -u k3s on s2 shows all of it), then run this again",
  );
  expect(recorded).toBeUndefined();
  expect(list[0]?.scripts()).toEqual(["node-ready"]);
});

test("a server that does not become ready in its time says what it waited for", async () => {
  const list = await servers([notYet("/readyz not ok")]);
  const { message } = await refusal(controlPlane().create({ ...inputs(list), patience: 600 }));
  expect(message).toBe(
    "s1: starting k3s: after 1 s still: /readyz not ok\n" +
      "  next: correct the cause (journalctl -u k3s on s1 shows all of it), then run this again",
  );
});

test("a cluster that does not tell its identity fails it", async () => {
  const list = await servers([{}]);
  for (const machine of list)
    machine.answers["read-cluster"] = {
      code: 69,
      stderr: "the API does not tell the identity of kube-system\n",
    };
  const { message } = await refusal(controlPlane().create(inputs(list)));
  expect(message).toBe(
    's1: reading its kubeconfig and tokens: "read-cluster" failed with exit code 69: ' +
      "the API does not tell the identity of kube-system\n  next: correct the cause on s1, then run this again",
  );
});

test("a new server makes it look at all of them again; another patience alone does not", async () => {
  const list = await servers([{}, {}]);
  const state = { ...lasting(list.slice(0, 1)), ...outputs, kubeconfig: "old" };
  expect(await controlPlane().diff(state, { ...inputs(list.slice(0, 1)), patience: 1 })).toBe(false);
  expect(await controlPlane().diff(state, inputs(list))).toBe(true);
  const outs = await controlPlane().update("prod", state, inputs(list));
  expect(outs).toMatchObject({ ...lasting(list), ...outputs });
  expect(outs.kubeconfig).not.toBe("old");
  expect(list.map((machine) => machine.scripts())).toEqual([
    ["node-ready", "check-tunnel", "read-cluster", "note-cluster"],
    ["node-ready", "check-tunnel", "note-cluster"],
  ]);
});

describe("the pod network", () => {
  const filtered = (...peers: number[]) => ({
    stdout: peers.map((at) => `s${at} 172.30.0.1${at} 8472\n`).join(""),
  });
  const failure =
    "s2: checking the pod network: packets to s1 (172.30.0.11), s3 (172.30.0.13) do not come through: " +
    "UDP 8472 is filtered on the way\n" +
    "  next: open 8472/udp between all machines, or give preflight: { pod-network: ignore }";

  async function cutOff(): Promise<FakeMachine[]> {
    const list = await servers([{}, {}, {}]);
    for (const [at, answer] of [filtered(2), filtered(1, 3), filtered(2)].entries())
      Object.assign(list[at]?.answers ?? {}, { "check-tunnel": answer });
    return list;
  }

  test("is tried from each server to the others, and not to agents", async () => {
    const list = await servers([{}, {}]);
    await controlPlane().create(inputs(list));
    expect(list.map((machine) => machine.variables("check-tunnel"))).toEqual(
      ["s1", "s2"].map((NODE) => ({ NODE, ONLY: "s1 s2", PATIENCE: "10" })),
    );
  });

  test("fails it where packets are filtered, at the server that misses most of the others", async () => {
    const list = await cutOff();
    const { message, recorded } = await refusal(controlPlane().create(inputs(list)));
    expect(message).toBe(failure);
    expect(recorded).toBeUndefined();
    expect(list[0]?.scripts()).not.toContain("read-cluster");
  });

  test("is warned of where it is to be a warning, which is no part of the state", async () => {
    const list = await cutOff();
    const given = { ...inputs(list, rowFor("warned")), podNetwork: "warning" };
    const { outs } = await controlPlane().create(given);
    await until("the warning is said", () => host().engine.said("warned").includes(failure));
    expect(outs).not.toHaveProperty("podNetwork");
    expect(await controlPlane().diff(outs, { ...given, podNetwork: "error" })).toBe(false);
  });

  test("is left alone where it is to be ignored, and where there is one server", async () => {
    const list = await cutOff();
    await controlPlane().create({ ...inputs(list), podNetwork: "ignore" });
    expect(list.flatMap((machine) => machine.scripts())).not.toContain("check-tunnel");
    const alone = await servers([{}]);
    await controlPlane().create(inputs(alone));
    expect(alone[0]?.scripts()).toEqual(["node-ready", "read-cluster", "note-cluster"]);
  });
});
