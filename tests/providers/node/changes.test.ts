import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines, held } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import {
  agentInputs,
  caHash,
  fine as changed,
  password,
  pinned,
  sentConfig,
  serverInputs,
  url,
} from "./inputs";

const machines = fakeMachines();
const host = sharedHost();

const node = () => host().resource("Node");
const fine = { ...changed, missing: {} };
const state = (inputs: Props): Props => ({ ...inputs, joinToken: pinned });
const upgraded = (inputs: Props): Props => ({ ...inputs, version: "v1.34.1+k3s1" });

const checking = "s1: checking what is asked for";

const lockedOut = (name: string) =>
  `${checking}: its ${name} would change, and running nodes would be locked out\n  next: give the one that it has, or give tokens.rotate another value as well`;

const emptied =
  `${checking}: the cluster's data is gone from it (/var/lib/rancher/k3s), and starting it would begin another cluster\n` +
  "  next: put the folder back and refresh, or take the machine out of the manifest";

describe("check", () => {
  test.each<[string, object, string[]]>([
    ["another token", { token: "other" }, [lockedOut("token")]],
    ["another agent token", { agentToken: "other" }, [lockedOut("agent token")]],
    ["two other tokens", { token: "a", agentToken: "b" }, [lockedOut("token"), lockedOut("agent token")]],
    ["another token, by turn", { token: "other", agentToken: "b", rotate: { tokens: "2" } }, []],
    ["the same token pinned to its CA", { token: pinned }, []],
    ["the same tokens", {}, []],
    ["another version", { version: "v1.34.9+k3s1" }, []],
    [
      "an older version",
      { version: "v1.33.2+k3s1" },
      [
        `${checking}: v1.33.2+k3s1 is older than v1.33.3+k3s1, which it runs, and data cannot go back\n` +
          "  next: give v1.33.3+k3s1 or a newer version; what was before comes back by restoring a snapshot",
      ],
    ],
    [
      "a version that skips a minor release",
      { version: "v1.35.0+k3s1" },
      [
        `${checking}: v1.35.0+k3s1 skips a minor release: it runs v1.33.3+k3s1\n` +
          "  next: go to a v1.34 release first, its newest patch",
      ],
    ],
    [
      "a file as datastore where it has etcd",
      { datastore: { kind: "sqlite" } },
      [
        `${checking}: its datastore would become sqlite, and the cluster's state is in etcd\n  next: give datastore.kind: etcd`,
      ],
    ],
  ])("of a node that is given %s", async (_case, given, complaints) => {
    const inputs = serverInputs(await machines.machine("s1"));
    const { failures } = await node().check(inputs, { ...inputs, ...given });
    expect(failures).toEqual(complaints.map((reason) => ({ property: "", reason })));
  });

  test.each<[string, string, string | undefined, RegExp | undefined]>([
    ["began there", "v1.33.3+k3s1", "v1.34.1+k3s1", /is older than v1\.34\.1\+k3s1, which it runs/],
    ["never began there", "v1.33.3+k3s1", "v1.33.3+k3s1", undefined],
    ["never began there", "v1.35.0+k3s1", "v1.33.3+k3s1", /skips a minor release: it runs v1\.33\.3/],
    ["began there, or not, which nobody can say", "v1.33.3+k3s1", undefined, /is older than v1\.34\.1/],
  ])("of a version after one that %s: %s where %s runs", async (_case, version, held, complaint) => {
    const s1 = await machines.machine("s1", { "read-version": { stdout: held ? `${held}\n` : "" } });
    const last = upgraded(serverInputs(s1));
    const { failures } = await node().check(last, { ...last, version });
    expect(failures).toEqual(complaint ? [{ property: "", reason: expect.stringMatching(complaint) }] : []);
  });

  test("of a version on a machine that cannot be asked compares with the last one", async () => {
    const inputs = serverInputs(await machines.unreachable("s1"));
    const { failures } = await node().check(inputs, { ...inputs, version: "v1.33.2+k3s1" });
    expect(failures).toHaveLength(1);
  });

  test("of a server that goes from a file to etcd lets it: its data goes along", async () => {
    const inputs = serverInputs(await machines.machine("s1"));
    const sqlite = { ...inputs, datastore: { kind: "sqlite" } };
    expect((await node().check(sqlite, inputs)).failures).toEqual([]);
    const external = { ...inputs, datastore: { kind: "external", endpoint: "postgres://db" } };
    for (const [from, to] of [
      [sqlite, external],
      [external, inputs],
      [inputs, external],
    ] as const)
      expect((await node().check(from, to)).failures).toHaveLength(1);
  });

  test.each<[string, object, string[]]>([
    ["of its own", {}, [emptied]],
    ["in a database of the user's", { datastore: { kind: "external", endpoint: "postgres://db" } }, []],
  ])("of a server whose data is gone, and was %s", async (_case, given, complaints) => {
    const inputs = { ...serverInputs(await machines.machine("s1")), ...given };
    const lost = { ...inputs, files: "/etc/rancher/k3s/token changed; /var/lib/rancher/k3s missing" };
    const { failures } = await node().check(lost, inputs);
    expect(failures.map(({ reason }) => reason)).toEqual(complaints);
  });

  test("of a new node takes any token", async () => {
    const { failures } = await node().check(undefined, serverInputs(await machines.machine("s1")));
    expect(failures).toEqual([]);
  });
});

test.each<[string, Props]>([
  ["where it joined", { join: "https://10.0.0.9:6443" }],
  ["who the other servers are", { peers: [] }],
  ["who the members are", { membership: "other" }],
  ["how its tokens are written", { token: pinned, agentToken: "K10" }],
  ["how long is waited", { patience: 1 }],
  ["which server changes its object", { api: { name: "s2", connection: { host: "10.0.0.2" } } }],
])("%s is no change of a node", async (_case, given) => {
  const inputs = serverInputs(await machines.machine("s1", fine));
  expect(await node().diff(state(inputs), { ...inputs, ...given })).toBe(false);
});

test.each<[string, Props]>([
  ["its version", { version: "v2" }],
  ["its binary", { sha256: "6" }],
  ["where its images come from", { registries: "mirrors: {}" }],
  ["its environment", { environment: "HTTPS_PROXY=x" }],
  ["its configuration", { config: { role: "server", name: "s1", extra: { debug: true } } }],
  ["how it is reached", { connection: { host: "10.0.0.1" } }],
])("%s is a change of a node", async (_case, given) => {
  const inputs = serverInputs(await machines.machine("s1"));
  expect(await node().diff(state(inputs), { ...inputs, ...given })).toBe(true);
});

test("an update writes what is new, waits until the node is ready, and keeps the token to join with", async () => {
  const s2 = await machines.machine("s2", fine);
  const inputs: Props = serverInputs(s2, { join: url, token: pinned });
  const outs = await node().update("prod/s2", state(inputs), upgraded(inputs));
  expect(outs).toMatchObject(state(upgraded(inputs)));
  expect(s2.scripts()).toEqual([
    "find-cluster",
    "read-member",
    "install-node",
    "node-ready",
    "uncordon-node",
  ]);
  expect(s2.variables("install-node")).toMatchObject({ OWNER: "prod/s2", VERSION: "v1.34.1+k3s1" });
});

test("the server that began the cluster is asked for its CA again, which is another where it was removed meanwhile", async () => {
  const other = "9".repeat(64);
  const s1 = await machines.machine("s1", { ...fine, supervisor: { stdout: `${other}\n` } });
  const inputs: Props = serverInputs(s1);
  const { joinToken } = await node().update("prod/s1", state(inputs), upgraded(inputs));
  expect(joinToken).toBe(pinned.replace(caHash, other));
  expect(s1.scripts()).toEqual([
    ...["find-cluster", "read-member", "install-node", "supervisor", "node-ready", "uncordon-node"],
  ]);
});

describe("a node that is missing from its machine", () => {
  test("is a change, which is told; one that is there is none", async () => {
    const [s1, s2] = [
      await machines.machine("s1", { missing: { stdout: "yes\n" } }),
      await machines.machine("s2", { missing: {} }),
    ];
    const [gone, there] = [{ ...serverInputs(s1), row: rowFor("gone") }, serverInputs(s2)];
    expect(await node().diff(state(gone), gone)).toBe(true);
    expect(await node().diff(state(there), there)).toBe(false);
    const variables = { PLACE: "/etc/rancher/k3s/owner", REMOVING: "/etc/rancher/k3s/.removing" };
    expect(s2.ran).toEqual([{ script: "missing", variables }]);
    const said = "it is not there any more, and is made again";
    await until("it is told", () => host().engine.said("gone").includes(said));
  });

  test("is taken to be there where nobody can look, with a warning", async () => {
    const inputs = { ...serverInputs(await machines.unreachable("s1")), row: rowFor("blind") };
    expect(await node().diff(state(inputs), inputs)).toBe(false);
    const said = () => host().engine.said("blind").join("\n");
    await until("it is told", () => said().includes("is taken to be there"));
  });

  test("is forgotten by the cluster before an agent comes again", async () => {
    const order: string[] = [];
    const did =
      (name: string, stdout = "") =>
      () => {
        order.push(name);
        return { stdout };
      };
    const s1 = await machines.machine("s1", { "forget-node": did("forgotten") });
    const a1 = await machines.machine("a1", {
      ...fine,
      "uninstall-node": did("left", "9f0c\n"),
      "install-node": ({ MADE = "" }) => (MADE === "yes" ? { code: 75 } : did("installed")()),
    });
    const inputs = agentInputs(a1, { api: { name: "s1", connection: s1.connection } });
    await node().update("prod/a1", state(inputs), inputs);
    expect(order).toEqual(["left", "forgotten", "installed"]);
    expect(s1.variables("forget-node")).toEqual({ NODE: "a1", MACHINE_ID: "9f0c", DEAD: "no" });
  });

  test("in part is removed whole before it is made again", async () => {
    const answers = [{ code: 75 }, { stdout: "started\n" }];
    const s1 = await machines.machine("s1", {
      ...fine,
      "find-cluster": {},
      "install-node": answers,
      "uninstall-node": {},
      supervisor: { stdout: `${caHash}\n` },
    });
    await node().create(serverInputs(s1));
    expect(s1.scripts()).toEqual([
      "find-cluster",
      "install-node",
      "uninstall-node",
      "install-node",
      "supervisor",
    ]);
  });
});

test("nothing is changed on a machine that holds a newer k3s than it is to, whatever is known of it", async () => {
  const s1 = await machines.machine("s1", { ...fine, "read-version": { stdout: "v1.34.1+k3s1\n" } });
  const inputs = serverInputs(s1, { cluster: "held" });
  const { message } = await refusal(
    node().update("held/s1", state(inputs), { ...inputs, environment: "A=1" }),
  );
  expect(message).toMatch(`${checking}: v1.33.3+k3s1 is older than v1.34.1+k3s1, which it runs`);
  expect(s1.scripts()).toEqual(["read-version"]);
});

test("servers change one at a time, and none after one that failed; agents do not wait for them", async () => {
  const failing = held({ code: 1 });
  const cluster = "fails";
  const s2 = await machines.machine("s2", { ...fine, "install-node": failing.answer });
  const s3 = await machines.machine("s3", fine);
  const a1 = await machines.machine("a1", fine);
  const update = (inputs: Props, id: string) => node().update(id, state(inputs), upgraded(inputs));

  const first = refusal(update(serverInputs(s2, { cluster, join: url, token: pinned }), "prod/s2"));
  await until("the first is at work", () => s2.scripts().includes("install-node"));
  const second = refusal(update(serverInputs(s3, { cluster, join: url, token: pinned }), "prod/s3"));
  await until("the second waits", () => host().engine.said("s3").includes("waiting for its turn"));
  await update(agentInputs(a1, { cluster }), "prod/a1");
  expect(a1.scripts()).toEqual(["install-node", "node-ready", "check-tunnel"]);
  expect(s3.ran).toEqual([]);

  failing.release();
  await first;
  expect((await second).message).toBe(
    "s3: waiting for its turn: s2 has failed before it, so that nothing was changed here\n" +
      "  next: see what is said of s2, then run this again",
  );
  expect(s3.ran).toEqual([]);
});

describe("a server that", () => {
  const began = { token: password };
  const joined = { join: url, token: pinned };
  const files = (server: FakeMachine) => ({
    token: server.variables("install-node").TOKEN,
    begins: sentConfig(server)["cluster-init"] ?? false,
    joins: sentConfig(server).server,
  });

  test.each<[string, typeof began, typeof began, object]>([
    ["joined, and is the first by now,", joined, began, { token: pinned, begins: false, joins: url }],
    ["began, and is not the first any more,", began, joined, { token: password, begins: true }],
  ])("%s is written nothing else of how it came, now and later", async (_case, came, now, written) => {
    const server = await machines.machine("s1", fine);
    const before: Props = serverInputs(server, came);
    const after = upgraded(serverInputs(server, now));
    const once = await node().update("prod/s1", state(before), after);
    expect(files(server)).toEqual(written);
    await node().update("prod/s1", once, { ...after, version: "v1.35.0+k3s1" });
    expect(files(server)).toEqual(written);
  });

  test("never came to the cluster takes the way that there is now", async () => {
    const server = await machines.machine("s2", { ...fine, "find-cluster": { stdout: "" } });
    const before: Props = serverInputs(server, { join: "https://10.0.0.9:6443", token: pinned });
    await node().update("prod/s2", state(before), serverInputs(server, joined));
    expect(files(server)).toEqual({ token: pinned, begins: false, joins: url });
  });

  test("could not be changed has come as it did", async () => {
    const server = await machines.machine("s1", { ...fine, "install-node": { code: 1 } });
    const before: Props = serverInputs(server, joined);
    const now = serverInputs(server, { ...began, cluster: "fails too" });
    const { recorded } = await refusal(node().update("prod/s1", state(before), now));
    expect(recorded?.properties).toMatchObject(joined);
  });
});
