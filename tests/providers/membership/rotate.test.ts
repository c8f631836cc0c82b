import type { Told } from "../etcd";
import type { FakeMachine } from "../fake-machine";
import { type Props, refusal } from "../provider-host";
import { given, healthy, ordered, scene, version } from "./inputs";

const { membership, servers, complaints } = scene();

const before = { servers: ["s1", "s2", "s3"], version, rotate: "1" };
const tokens = { token: "new-t0ken", agentToken: "new-agent-t0ken" };
const turned = (list: FakeMachine[], more: Props = {}) => given(list, { rotate: "2", ...tokens, ...more });

async function rotating(told: Record<string, Told | undefined>) {
  const list = await servers(told);
  for (const { answers } of list) answers["keep-snapshot-tokens"] = {};
  const scripts = { "save-snapshot": "/snapshots/before\n", "rotate-token": "", "next-tokens": "" };
  return { list, order: ordered(list, scripts) };
}

test("a turn of the tokens saves etcd with the old one, tells one server, and gives the new ones to all who run", async () => {
  const { list, order } = await rotating({ ...healthy, s4: undefined });
  const outs = await membership().update("membership", before, turned(list));
  expect(order.slice(0, 2)).toEqual(["s1 save-snapshot", "s1 rotate-token"]);
  expect(order.slice(2).sort()).toEqual(["s1 next-tokens", "s2 next-tokens", "s3 next-tokens"]);
  const told = { TOKEN: "new-t0ken", AGENT_TOKEN: "new-agent-t0ken" };
  expect(list[0]?.variables("rotate-token")).toEqual(told);
  expect(list[2]?.variables("next-tokens")).toEqual({ OWNER: "prod/s3", ...told });
  expect(JSON.stringify(outs)).not.toContain("t0ken");
});

test("a turn of the tokens is told the password alone, however the token is given", async () => {
  const { list } = await rotating(healthy);
  await membership().update("membership", before, turned(list, { token: `K10${"a".repeat(64)}::server:p` }));
  expect([list[0]?.variables("rotate-token").TOKEN, list[1]?.variables("next-tokens").TOKEN]).toEqual([
    "p",
    "p",
  ]);
});

test("a turn of the tokens that k3s does not make gives nobody another token, and is still to be made", async () => {
  const { list, order } = await rotating(healthy);
  Object.assign(list[0]?.answers ?? {}, { "rotate-token": { code: 69, stderr: "k3s says 500\n" } });
  const { message, recorded } = await refusal(membership().update("membership", before, turned(list)));
  expect(message).toMatch(
    /^s1: rotating the tokens: k3s says 500\n {2}next: see what keeps k3s on s1 from it/,
  );
  expect(recorded?.properties.rotate).toBe("1");
  expect(order).toEqual(["s1 save-snapshot"]);
});

test("a turn of the tokens is refused where the token is given, and is the one that it was", async () => {
  const list = await servers(healthy);
  const tokenGiven = { tokenGiven: true };
  const same = { ...before, token: `K10${"a".repeat(64)}::server:new-t0ken` };
  expect(await complaints(same, turned(list, tokenGiven))).toEqual([
    "tokens.rotate has another value, and token is the one that it was: give another token, too",
  ]);
  expect(await complaints({ ...same, token: "old" }, turned(list, tokenGiven))).toEqual([]);
  expect(await complaints(same, turned(list))).toEqual([]);
  expect(await complaints({ ...same, rotate: "2" }, turned(list, tokenGiven))).toEqual([]);
});

test("a turn of the tokens is refused while etcd is not whole", async () => {
  const list = await servers({ ...healthy, s3: { health: false, reason: "RAFT NO LEADER" } });
  expect(await complaints(before, turned(list))).toEqual([
    "prod: rotating the tokens: etcd is not whole: s3 is not healthy (RAFT NO LEADER)\n" +
      "  next: bring s3 back, or take it out of the manifest, then run this again",
  ]);
});

test("a turn of the tokens of servers that have no vote is told to the first of them", async () => {
  const { list, order } = await rotating({ s1: undefined, s2: undefined });
  const external = { external: true };
  await membership().update(
    "membership",
    { ...before, servers: ["s1", "s2"], ...external },
    turned(list, external),
  );
  expect(order.slice(0, 1)).toEqual(["s1 rotate-token"]);
  expect(order).toHaveLength(3);
});
