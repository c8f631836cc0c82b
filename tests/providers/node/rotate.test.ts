import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import {
  agentInputs,
  agentToken,
  caHash,
  fine as changed,
  password,
  pinned,
  serverInputs,
  url,
} from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const fine = { ...changed, missing: {} };
const node = () => host().resource("Node");

const turned = { token: "n3w", agentToken: "n3w-agent", rotate: { tokens: "2" } };
const state = (inputs: Props): Props => ({ ...inputs, joinToken: pinned });

async function update(machine: FakeMachine, before: Props, now: Props): Promise<Props> {
  return node().update(`prod/${machine.name}`, state(before), now);
}

describe("a turn of the tokens", () => {
  test.each<[string, Props, string]>([
    ["began the cluster", { token: password }, "n3w"],
    ["joined it", { join: url, token: pinned }, pinned.replace(password, "n3w")],
  ])("gives the server that %s the new ones, as full as it had them", async (_case, came, written) => {
    const server = await machines.machine("s1", fine);
    const before = serverInputs(server, came);
    const outs = await update(server, before, { ...before, ...turned });
    expect(server.variables("install-node")).toMatchObject({
      TOKEN: written,
      AGENT_TOKEN: "n3w-agent",
      RENEW: "tokens",
    });
    expect(outs).toMatchObject({
      token: written,
      joinToken: pinned.replace(password, "n3w"),
      rotate: turned.rotate,
    });
  });

  test("is waited for with the new one", async () => {
    const s1 = await machines.machine("s1", fine);
    const before: Props = serverInputs(s1);
    await update(s1, before, { ...before, ...turned });
    expect(s1.variables("supervisor").PASSWORD).toBe("n3w");
  });

  test("stays where a setting of the same edit is taken back", async () => {
    const answers = [{ code: 1, stderr: "the unit ends again and again\n" }, {}];
    const s2 = await machines.machine("s2", { ...fine, "node-ready": answers, journal: {} });
    const before: Props = serverInputs(s2, { join: url, token: pinned, cluster: "takes back" });
    const now = { ...before, ...turned, config: { role: "server", name: "s2", extra: { wrong: true } } };
    const { message } = await refusal(update(s2, before, now));
    expect(message).toContain("it runs again, with what it ran with before");
    expect(s2.variables("install-node")).toMatchObject({
      TOKEN: pinned.replace(password, "n3w"),
      AGENT_TOKEN: "n3w-agent",
    });
    expect(s2.variables("install-node").CONFIG).not.toContain("wrong");
  });

  test("is a change of an agent that waits for no other, and restarts nothing", async () => {
    const a1 = await machines.machine("a1", fine);
    const before: Props = agentInputs(a1);
    const now = { ...before, token: agentToken.replace(/[^:]*$/, "n3w-agent"), rotate: turned.rotate };
    expect(await node().diff(state(before), now)).toBe(true);
    const outs = await update(a1, before, now);
    expect(a1.variables("install-node").TOKEN).toBe(`K10${caHash}::node:n3w-agent`);
    expect(outs.token).toBe(now.token);
  });
});

test("a turn of the certificates has k3s make them anew, once", async () => {
  const s1 = await machines.machine("s1", fine);
  const before: Props = serverInputs(s1);
  const now = { ...before, rotate: { certificates: "2" } };
  const outs = await update(s1, before, now);
  expect(s1.variables("install-node").RENEW).toBe("certificates");
  expect(await node().diff(outs, now)).toBe(false);
  await update(s1, outs, { ...now, sha256: "6" });
  expect(s1.variables("install-node").RENEW).toBe("");
});
