import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import {
  agentInputs,
  agentPassword,
  agentToken,
  caHash,
  password,
  pinned,
  serverInputs,
  url,
} from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const create = (inputs: Props) => host().resource("Node").create(inputs);

const accepted = {
  "check-token": {},
  "install-node": { stdout: "started\n" },
  "node-ready": {},
  "check-tunnel": {},
};
const joining = (s2: FakeMachine) => serverInputs(s2, { join: url, token: pinned });

test("a server asks as a server, then is installed with the token that was taken", async () => {
  const s2 = await machines.machine("s2", accepted);
  const { id, outs } = await create(joining(s2));
  expect([id, outs.joinToken]).toEqual(["prod/s2", pinned]);
  expect(s2.scripts()).toEqual(["check-token", "install-node"]);
  expect(s2.variables("check-token")).toEqual({
    SERVER: url,
    CA_HASH: caHash,
    USER_PASSWORD: `server:${password}`,
    ANSWER: "403",
    PATIENCE: "20",
  });
  expect(s2.variables("install-node")).toMatchObject({ TOKEN: pinned, AGENT_TOKEN: agentPassword });
});

test("an agent asks as a node, is installed without the servers' secrets, and is waited for", async () => {
  const a1 = await machines.machine("a1", accepted);
  const { id } = await create(agentInputs(a1));
  expect(id).toBe("prod/a1");
  expect(a1.scripts()).toEqual(["check-token", "install-node", "node-ready", "check-tunnel"]);
  expect(a1.variables("check-token")).toEqual({
    SERVER: url,
    CA_HASH: caHash,
    USER_PASSWORD: `node:${agentPassword}`,
    ANSWER: "200",
    PATIENCE: "20",
  });
  expect(a1.variables("install-node")).toMatchObject({
    UNIT: "k3s-agent",
    TOKEN: agentToken,
    AGENT_TOKEN: "",
  });
  expect(a1.variables("node-ready")).toMatchObject({ ROLE: "agent", NODE: "a1" });
});

test("an agent waits for a server that was getting ready, and starts again meanwhile", async () => {
  const away = { code: 69, stderr: `${url} does not answer\n` };
  const a1 = await machines.machine("a1", { ...accepted, "check-token": [{ code: 75 }, away, away, {}] });
  expect((await create(agentInputs(a1))).id).toBe("prod/a1");
});

test("a server whose cluster has others elsewhere asks whether agents of theirs would be taken, too", async () => {
  const s2 = await machines.machine("s2", accepted);
  await create({ ...joining(s2), elsewhere: url });
  expect(s2.scripts()).toEqual(["check-token", "check-token", "install-node"]);
  expect(s2.variables("check-token")).toEqual({
    ...{ SERVER: url, CA_HASH: caHash, PATIENCE: "20" },
    ...{ USER_PASSWORD: `node:${agentPassword}`, ANSWER: "200" },
  });
  expect(s2.variables("install-node").TOKEN).toBe(pinned);
});

test("a server with another agent token than those elsewhere is not installed", async () => {
  const refuses = { code: 77, stderr: `${url} refuses the token\n` };
  const s2 = await machines.machine("s2", { ...accepted, "check-token": [{}, refuses] });
  const failure = await refusal(create({ ...joining(s2), elsewhere: url }));
  expect(failure.message).toBe(
    `s2: asking the cluster whether it takes the agent token: ${url} refuses the token\n` +
      `  next: ${tokenIn("agent-token")}`,
  );
  expect(s2.scripts()).toEqual(["check-token", "check-token"]);
  expect(failure.recorded).toBeUndefined();
});

const step = "asking the cluster whether it takes the token";
const address =
  "check that a server of the cluster runs at that address and that port 6443 is open between the machines, then run this again";
const otherCa =
  "correct the address, or give the token of the cluster that answers there (/var/lib/rancher/k3s/server/token)";
const tokenIn = (file: string) =>
  `give the token that the cluster was made with (on a server: /var/lib/rancher/k3s/server/${file})`;

/** What the script says and how it ends, by role; then what the user reads. */
const refusals: [string, "server" | "agent", { code: number; stderr: string }, string, string][] = [
  ["a wrong token", "server", { code: 77, stderr: `${url} refuses the token\n` }, "", tokenIn("token")],
  ["a wrong token", "agent", { code: 77, stderr: `${url} refuses the token\n` }, "", tokenIn("agent-token")],
  [
    "another CA",
    "server",
    { code: 76, stderr: `${url} belongs to another cluster: its CA is d, not c\n` },
    "",
    otherCa,
  ],
  ["no answer", "agent", { code: 69, stderr: `${url} does not answer\n` }, "", address],
  [
    "more than one line, of which the last counts",
    "server",
    { code: 69, stderr: `mktemp: warning\n${url} answers 500\n` },
    `${url} answers 500`,
    address,
  ],
  ["a failure without a word", "server", { code: 2, stderr: "" }, "exit code 2", "run this again"],
  [
    "the token itself",
    "server",
    { code: 1, stderr: `sed: no -s: ${password} ${pinned}\n` },
    "sed: no -s: [secret] [secret]",
    "run this again",
  ],
];

test.each(refusals)("%s keeps a joining %s from being installed", async (_case, role, reply, cause, next) => {
  const machine = await machines.machine("m1", { ...accepted, "check-token": reply });
  const failure = await refusal(create(role === "server" ? joining(machine) : agentInputs(machine)));
  expect(failure.message).toBe(`m1: ${step}: ${cause || reply.stderr.trim()}\n  next: ${next}`);
  expect(machine.scripts()).toEqual(["check-token"]);
  expect(failure.recorded).toBeUndefined();
});
