import { etcd } from "../etcd";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { serverInputs } from "../node/inputs";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const membership = () => host().resource("Membership");

const version = "v1.33.3+k3s1";
const newer = "v1.34.1+k3s1";
const ill = { s1: {}, s2: { health: false, reason: "ALARM NOSPACE" }, s3: {} };

/** Servers of an etcd that is not whole, by the version that each machine holds; nothing where it cannot be asked. */
async function servers(holds: Record<keyof typeof ill, string | undefined>): Promise<FakeMachine[]> {
  return Promise.all(
    Object.entries(holds).map(([name, its]) =>
      its
        ? machines.machine(name, { "read-member": etcd(name, ill), "read-version": { stdout: `${its}\n` } })
        : machines.unreachable(name),
    ),
  );
}

function given(list: FakeMachine[], more: Props = {}): Props {
  const members = list.map(({ name, connection }) => ({ name, connection }));
  return {
    ...{ cluster: "prod", version, token: "t0ken", agentToken: "agent-t0ken" },
    ...{ servers: list.map(({ name }) => name), members },
    releases: members.map((member) => ({ ...member, version, release: "https://mirror", images: false })),
    ...more,
  };
}

async function complaints(old: Props, inputs: Props): Promise<string[]> {
  return (await membership().check(old, inputs)).failures.map(({ reason }) => reason);
}

const all = ["s1", "s2", "s3"];
const none = { s1: version, s2: version, s3: version };
const notWhole = /^prod: upgrading: etcd is not whole: s2 is not healthy/;

describe("a version that is taken back while etcd is not whole", () => {
  test.each([
    ["was not prepared", version],
    ["was prepared", newer],
  ])("is fine where the upgrade %s and changed no machine, and nothing is done", async (_case, state) => {
    const list = await servers(none);
    const inputs = given(list);
    expect(await complaints(given(list, { version: newer }), inputs)).toEqual([]);
    const old = { servers: all, version: state };
    expect(await membership().diff(old, inputs)).toBe(state !== version);
    const outs = await membership().update("membership", old, inputs);
    expect(outs).toMatchObject({ version });
    const asking = ["read-member", "read-version"];
    expect(list.flatMap((one) => one.scripts()).filter((script) => !asking.includes(script))).toEqual([]);
  });

  test("is fine where a machine cannot be asked, on which nothing is done either", async () => {
    const list = await servers({ ...none, s2: undefined });
    const inputs = given(list);
    expect(await complaints(given(list, { version: newer }), inputs)).toEqual([]);
    expect(await membership().diff({ servers: all, version: newer }, inputs)).toBe(true);
    await membership().update("membership", { servers: all, version: newer }, inputs);
    const asking = ["read-member", "read-version"];
    expect(list.flatMap((one) => one.scripts()).filter((script) => !asking.includes(script))).toEqual([]);
  });

  test("is refused by the servers that run the newer one, and by no other", async () => {
    const list = await servers({ ...none, s1: newer });
    expect(await complaints(given(list, { version: newer }), given(list))).toEqual([]);
    expect(await membership().diff({ servers: all, version: newer }, given(list))).toBe(true);
    const refused = await Promise.all(
      list.map(async (server) => {
        const inputs = serverInputs(server, { version });
        const { failures } = await host()
          .resource("Node")
          .check({ ...inputs, version: newer }, inputs);
        return failures.map(({ reason }) => reason);
      }),
    );
    expect(refused).toEqual([
      [expect.stringContaining(`${version} is older than ${newer}, which it runs, and data cannot go back`)],
      [],
      [],
    ]);
  });

  test("asks for a whole etcd where it is one that machines have still to come to", async () => {
    const list = await servers(none);
    const between = given(list, { version: "v1.33.4+k3s1" });
    for (const state of [version, newer]) {
      const before = { servers: all, version: state };
      expect((await refusal(membership().diff(before, between))).message).toMatch(notWhole);
    }
  });
});

describe("a turn of the tokens that is taken back while etcd is not whole", () => {
  const tokenGiven = { tokenGiven: true };

  test("is fine where nobody was told, and refused where it was made", async () => {
    const list = await servers(none);
    const tried = given(list, { ...tokenGiven, rotate: "2", turnedFrom: "1", token: "an0ther" });
    const inputs = given(list, { ...tokenGiven, rotate: "1" });
    expect(await complaints(tried, inputs)).toEqual([]);
    const state = { servers: all, version };
    expect(await membership().diff({ ...state, rotate: "1" }, inputs)).toBe(false);
    expect((await refusal(membership().diff({ ...state, rotate: "2" }, inputs))).message).toMatch(
      /^prod: rotating the tokens: etcd is not whole: s2 is not healthy/,
    );
  });

  test("is another turn where it is another value", async () => {
    const list = await servers(none);
    const tried = given(list, { rotate: "2", turnedFrom: "1" });
    expect(await complaints(tried, given(list, { rotate: "3" }))).toEqual([
      expect.stringMatching(/^prod: rotating the tokens: etcd is not whole: s2 is not healthy/),
    ]);
  });
});
