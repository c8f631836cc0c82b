import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import {
  agentInputs,
  agentPassword,
  agentToken,
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
const create = (inputs: Props) => node().create(inputs);

const base64 = (text: string) => Buffer.from(text).toString("base64");

interface Found {
  flags?: string;
  owner?: string;
  ca?: string;
  more?: string;
}

/** What read-k3s.sh says of a machine that somebody else made a node. */
function runs(
  role: "server" | "agent",
  name: string,
  { flags = "", owner = "", ca = caHash, more = "" }: Found = {},
) {
  const unit = role === "server" ? "k3s" : "k3s-agent";
  const text = `[Service]\nExecStart=/usr/local/bin/k3s ${role} ${flags}\n`;
  const lines = [
    "data=/var/lib/rancher/k3s",
    `owner=${owner}`,
    `hostname=${name}`,
    `known=${unit}.service`,
    `unit=${unit}`,
    "active=yes",
    `file=/etc/systemd/system/${unit}.service ${base64(text)}`,
    "version=v1.33.3+k3s1",
    role === "server" ? `store=etcd\nserver_ca=${ca}` : `agent_ca=${ca}`,
    more,
  ];
  return { stdout: `${lines.join("\n")}\n` };
}

const tokens = { stdout: `token=${base64(pinned)}\nagentToken=${base64(agentToken)}\n` };

const server = (found: Found = {}) => ({
  "read-k3s": runs("server", "s1", found),
  "read-tokens": tokens,
  "find-cluster": { stdout: `${caHash} nobody\n` },
  "read-member": {},
  "install-node": { stdout: "unchanged\n" },
  "node-ready": {},
  supervisor: { stdout: `${caHash}\n` },
});

type Names = ("token" | "agentToken")[];
const all: Names = ["token", "agentToken"];
const both = { adopt: all, token: "made", agentToken: "made-too" };

test("a server goes on as it runs, and its cluster's tokens take the place of those that were made", async () => {
  const s1 = await machines.machine("s1", server());
  const { id, outs } = await create(serverInputs(s1, both));
  expect([id, outs.joinToken, outs.token, outs.agentToken]).toEqual([
    "prod/s1",
    pinned,
    password,
    agentPassword,
  ]);
  expect(s1.variables("install-node")).toMatchObject({
    ADOPT: "keep",
    TOKEN: password,
    AGENT_TOKEN: agentPassword,
  });
  expect(s1.scripts()).toEqual([
    "read-k3s",
    "read-tokens",
    "find-cluster",
    "install-node",
    "node-ready",
    "supervisor",
  ]);
});

test("an update keeps them, whatever was made", async () => {
  const s1 = await machines.machine("s1", { ...server(), "find-cluster": { stdout: `${caHash} prod/s1\n` } });
  const given = { ...serverInputs(s1), ...both };
  const state = { ...given, join: "", token: password, agentToken: agentPassword, joinToken: pinned };
  await node().update("prod/s1", state, { ...given, registries: "a: b\n" });
  expect(s1.variables("install-node")).toMatchObject({
    ADOPT: "no",
    TOKEN: password,
    AGENT_TOKEN: agentPassword,
  });
});

/** A server that was taken over with its cluster's tokens, and runs well. */
const taken = (machine: FakeMachine, more: Props = {}): Props => {
  const its = { join: "", token: password, agentToken: agentPassword, joinToken: pinned, adopt: all };
  return { ...serverInputs(machine), ...its, ...more };
};
const fine = { ...changed, missing: {} };
const turn = { token: "n3w", agentToken: "n3w-agent", rotate: { tokens: "2" } };

test("a turn of the tokens makes those that were made the cluster's, and later updates keep them", async () => {
  const s1 = await machines.machine("s1", fine);
  const given = { ...serverInputs(s1), ...both, ...turn };
  const outs = await node().update("prod/s1", taken(s1), given);
  expect(s1.variables("install-node")).toMatchObject({
    TOKEN: "n3w",
    AGENT_TOKEN: "n3w-agent",
    RENEW: "no",
  });
  expect(outs).toMatchObject({
    token: "n3w",
    agentToken: "n3w-agent",
    joinToken: pinned.replace(password, "n3w"),
  });
  expect(await node().diff(outs, given)).toBe(false);
  await node().update("prod/s1", outs, { ...given, registries: "a: b\n" });
  expect(s1.variables("install-node")).toMatchObject({ TOKEN: "n3w", AGENT_TOKEN: "n3w-agent", RENEW: "no" });
});

test("a turn that was there when it was taken over is none", async () => {
  const s1 = await machines.machine("s1", fine);
  const rotate = { tokens: "1" };
  const given = { ...serverInputs(s1), ...both, rotate, registries: "a: b\n" };
  await node().update("prod/s1", taken(s1, { rotate }), given);
  expect(s1.variables("install-node")).toMatchObject({ TOKEN: password, RENEW: "no" });
});

test("a turn of the certificates leaves its cluster's tokens as they are", async () => {
  const s1 = await machines.machine("s1", fine);
  const given = { ...serverInputs(s1), ...both, rotate: { certificates: "2" } };
  await node().update("prod/s1", taken(s1), given);
  expect(s1.variables("install-node")).toMatchObject({ TOKEN: password, RENEW: "yes" });
});

test("a turn that failed is still one in the next run", async () => {
  const answers = [{ code: 1, stderr: "k3s does not rotate its certificates\n" }, {}];
  const s1 = await machines.machine("s1", { ...fine, "install-node": answers });
  const given = { ...serverInputs(s1, { cluster: "fails" }), ...both, ...turn };
  const { recorded } = await refusal(node().update("prod/s1", taken(s1), given));
  expect(recorded?.properties).toMatchObject({ token: password, agentToken: agentPassword });
  // Another run is another line of servers.
  const next = { ...given, cluster: "goes on" };
  const outs = await node().update("prod/s1", recorded?.properties ?? {}, next);
  expect(s1.variables("install-node")).toMatchObject({ TOKEN: "n3w", RENEW: "no" });
  expect(outs).toMatchObject({ token: "n3w", agentToken: "n3w-agent" });
});

test("a server that joined such a cluster takes both of its new tokens with the turn", async () => {
  const s2 = await machines.machine("s2", fine);
  const joined = { join: url, token: pinned, adopt: [] };
  const given = { ...serverInputs(s2), ...joined, ...turn, token: pinned.replace(password, "n3w") };
  const outs = await node().update("prod/s2", taken(s2, joined), given);
  expect(s2.variables("install-node")).toMatchObject({ TOKEN: given.token, AGENT_TOKEN: "n3w-agent" });
  expect(outs).toMatchObject({ token: given.token, agentToken: "n3w-agent" });
});

test("one that joined and is the first now keeps its cluster's tokens, whatever was made, and without adopt", async () => {
  const s2 = await machines.machine("s2", fine);
  const before = taken(s2, { join: url, token: pinned, adopt: [] });
  const first = await node().update("prod/s2", before, {
    ...serverInputs(s2),
    ...both,
    registries: "a: b\n",
  });
  const { adopt: _, ...without } = both;
  await node().update("prod/s2", first, { ...serverInputs(s2), ...without, registries: "a: c\n" });
  expect(s2.variables("install-node")).toMatchObject({ TOKEN: pinned, AGENT_TOKEN: agentPassword });
});

test("that what was made is none of its cluster's is no change of its tokens, but of declared ones it is", async () => {
  const s1 = await machines.machine("s1");
  const reasons = async (adopt: Names, before: Names) => {
    const seen = { ...serverInputs(s1), adopt: before };
    return (await node().check(seen, { ...serverInputs(s1), ...both, adopt })).failures.length;
  };
  // Also where they come to be declared, or adopt goes.
  expect([await reasons(all, all), await reasons([], all), await reasons([], [])]).toEqual([0, 0, 2]);
});

test("declared tokens that are not its cluster's are refused, before anything is changed", async () => {
  const answer = { code: 77, stderr: "the cluster on this machine has another token\n" };
  const s1 = await machines.machine("s1", { ...server(), "find-cluster": answer });
  const { message, recorded } = await refusal(create(serverInputs(s1, { adopt: [] })));
  expect(message).toMatch(/another token\n {2}next: give the tokens that it was made with/);
  expect([recorded, s1.scripts()]).toEqual([undefined, ["read-k3s", "find-cluster"]]);
});

test("what cannot be taken over is refused with all reasons, and nothing is changed", async () => {
  const s1 = await machines.machine("s1", { "read-k3s": runs("server", "box", { flags: "--docker" }) });
  const { message, recorded } = await refusal(create(serverInputs(s1, { adopt: all })));
  expect(message).toBe(
    "s1: looking whether it can be taken over: it cannot be: its node is box; it runs with docker: true, and only k3s's own containerd is looked after\n" +
      "  next: give the machine the name box; change that first, or use another machine",
  );
  expect([recorded, s1.scripts()]).toEqual([undefined, ["read-k3s"]]);
});

test("a server that has to restart does so where the others are well, and is done when it is Ready", async () => {
  const s1 = await machines.machine("s1", { ...server({ flags: "--disable traefik" }) });
  await create(serverInputs(s1, { adopt: all }));
  expect(s1.variables("install-node")).toMatchObject({ ADOPT: "restart" });
  expect(s1.scripts()).toEqual([
    "read-k3s",
    "read-tokens",
    "find-cluster",
    "read-member",
    "install-node",
    "node-ready",
    "supervisor",
  ]);
});

test("two servers that have to restart do so one after the other", async () => {
  const order: string[] = [];
  const noted = (name: string, what: string) => () => {
    order.push(`${name} ${what}`);
    return {};
  };
  const make = (name: string) =>
    machines.machine(name, {
      ...server(),
      "read-k3s": runs("server", name, { flags: "--debug" }),
      "check-token": {},
      "install-node": noted(name, "begins"),
      "node-ready": noted(name, "is ready"),
    });
  const joins = (machine: FakeMachine) => ({ ...serverInputs(machine), adopt: [], join: url, token: pinned });
  await Promise.all([create(joins(await make("s2"))), create(joins(await make("s3")))]);
  expect(order[0]?.slice(0, 2)).toBe(order[1]?.slice(0, 2));
  expect(order[2]?.slice(0, 2)).toBe(order[3]?.slice(0, 2));
});

const joining = (more = {}) => ({
  "read-k3s": runs("agent", "a1"),
  "check-token": {},
  "install-node": { stdout: "unchanged\n" },
  "node-ready": {},
  "check-tunnel": {},
  ...more,
});

test("an agent goes on as it runs, with the agent token of its cluster", async () => {
  const a1 = await machines.machine("a1", joining());
  await create(agentInputs(a1, { adopt: [] }));
  expect(a1.variables("install-node")).toMatchObject({ ADOPT: "keep", TOKEN: agentToken });
  expect(sentConfig(a1)).toMatchObject({ server: url });
});

test("an agent of another cluster is refused", async () => {
  const a1 = await machines.machine(
    "a1",
    joining({ "read-k3s": runs("agent", "a1", { ca: "d".repeat(64) }) }),
  );
  const { message } = await refusal(create(agentInputs(a1, { adopt: [] })));
  expect(message).toContain(`it is of another cluster, of the CA ${"d".repeat(64)}; this one's is ${caHash}`);
  expect(a1.scripts()).toEqual(["read-k3s"]);
});

test("a machine without k3s is installed as always", async () => {
  const a1 = await machines.machine("a1", joining({ "read-k3s": {} }));
  await create(agentInputs(a1, { adopt: [] }));
  expect(a1.variables("install-node")).toMatchObject({ ADOPT: "no" });
});

test("a first server that is new joins the cluster of the others with that cluster's tokens", async () => {
  const s1 = await machines.machine("s1", {
    ...server(),
    "read-k3s": {},
    "find-cluster": {},
    "check-token": {},
  });
  const s2 = await machines.machine("s2", {
    "find-cluster": { stdout: `${caHash} prod/s2\n` },
    "read-tokens": tokens,
    "read-member": {},
  });
  await create(serverInputs(s1, { ...both, peers: [s2] }));
  expect(s1.variables("install-node")).toMatchObject({
    ADOPT: "no",
    TOKEN: pinned,
    AGENT_TOKEN: agentPassword,
  });
});

test("without adopt nobody looks", async () => {
  const s1 = await machines.machine("s1", { ...server(), "find-cluster": {} });
  await create(serverInputs(s1));
  expect(s1.scripts()).toEqual(["find-cluster", "install-node", "supervisor"]);
});
