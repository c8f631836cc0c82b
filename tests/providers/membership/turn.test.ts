import type { Whose } from "../../../providers/held";
import { etcd, type Told } from "../etcd";
import type { FakeMachine } from "../fake-machine";
import { type Props, refusal } from "../provider-host";
import { given, healthy, ordered, scene, version } from "./inputs";

const { machines, membership, servers: machinesOf, complaints } = scene();

/** What a server's cluster has, and what it starts with next. */
type Says = [held: Whose, file: Whose];

const as = ([held, file]: Says) => ({ stdout: `held=${held}\nfile=${file}\n` });

/** Servers by what their tokens are, which are given anew by the program. */
async function servers(
  says: Record<string, Says | undefined>,
  told: Record<string, Told | undefined> = healthy,
) {
  const list = await machinesOf(told);
  for (const { name, answers } of list) {
    const own = says[name];
    if (own) answers["held-tokens"] = as(own);
  }
  return { list, order: ordered(list, scripts) };
}

const scripts = {
  "keep-snapshot-tokens": "",
  "save-snapshot": "/snapshots/before\n",
  "rotate-token": "",
  "next-tokens": "",
};

const before = { servers: ["s1", "s2", "s3"], version, rotate: "1", token: "t0ken" };

const fine: Says = ["declared", "declared"];
const kept: Says = ["given", "given"];
const waits: Says = ["given", "declared"];
const hand: Says = ["other", "declared"];

describe("check", () => {
  const again =
    "run rotation: give the turn that was taken back again (tokens.rotate and tokens as they were then), or tokens.rotate a value that it never had";
  const refused = (name: string, more = "") =>
    `prod: looking at the tokens: token differs from cluster: ${name} was told another one than is declared, by hand (k3s token rotate) or by a turn ` +
    `that was taken back before its end; servers that join or restart would be refused\n  next: ${again}${more}`;

  test.each<[string, string, Says[]]>([
    ["F27 rotated by hand on one server", "s2", [fine, hand, fine]],
    ["rotated by hand, in a server's file as well", "s1", [["other", "other"], fine, fine]],
    ["told of a turn that was cut off and taken back", "s1", [hand, fine, fine]],
  ])("of a cluster that was %s is refused", async (_case, name, [s1, s2, s3]) => {
    const { list } = await servers({ s1, s2, s3 });
    expect(await complaints(before, given(list, { rotate: "1" }))).toEqual([refused(name)]);
    expect(await complaints(before, given(list, { rotate: "1", tokenGiven: true }))).toEqual([
      refused(name, ", and another token with it"),
    ]);
  });

  test("of one with a database of the user's is refused as well", async () => {
    const { list } = await servers({ s1: hand });
    const external = { external: true };
    const old = { ...before, ...external };
    expect(await complaints(old, given(list, { rotate: "1", ...external }))).toEqual([refused("s1")]);
  });

  test("asks each server by the password alone", async () => {
    const { list } = await servers({});
    const asked: Record<string, string>[] = [];
    for (const machine of list)
      machine.answers["held-tokens"] = (variables) => {
        asked.push(variables);
        return {};
      };
    const token = `K10${"a".repeat(64)}::server:p`;
    expect(await complaints({ ...before, token }, given(list, { rotate: "1", token }))).toEqual([]);
    expect(asked.sort((a, b) => ((a.OWNER ?? "") < (b.OWNER ?? "") ? -1 : 1))).toEqual(
      ["s1", "s2", "s3"].map((name) => ({ OWNER: `prod/${name}`, TOKEN: "p" })),
    );
  });

  test.each<[string, Says | undefined, Says | undefined, Says | undefined]>([
    ["has what is declared", fine, fine, fine],
    ["was adopted, and has what was declared nowhere", kept, kept, kept],
    ["was not told yet, by a run that failed", kept, kept, kept],
    ["was told, and nothing else", ["declared", "given"], kept, kept],
    ["is to restart with what it has in its files", fine, waits, waits],
    ["has a server that is new", fine, fine, undefined],
  ])("of one that %s is fine, with a turn and without", async (_case, s1, s2, s3) => {
    const { list } = await servers({ s1, s2, s3 });
    expect(await complaints(before, given(list, { rotate: "1" }))).toEqual([]);
    expect(await complaints(before, given(list, { rotate: "2" }))).toEqual([]);
  });

  test("of one that cannot be asked is not refused for that", async () => {
    const { list } = await servers({ s1: fine, s2: fine });
    list.splice(2, 1, await machines.unreachable("s3"));
    expect(await complaints(before, given(list, { rotate: "1" }))).toEqual([]);
  });

  test("of a cluster elsewhere asks nobody", async () => {
    const { list } = await servers({ s1: hand, s2: hand, s3: hand });
    const elsewhere = { elsewhere: true };
    expect(await complaints({ ...before, ...elsewhere }, given(list, { rotate: "1", ...elsewhere }))).toEqual(
      [],
    );
    expect(list.flatMap((machine) => machine.scripts())).not.toContain("held-tokens");
  });

  test("of a value that it never had goes on, whatever the cluster was told", async () => {
    const { list } = await servers({ s1: hand, s2: fine, s3: fine });
    expect(await complaints(before, given(list, { rotate: "2" }))).toEqual([]);
    expect(await complaints({ ...before, turnedFrom: "0" }, given(list, { rotate: "2" }))).toEqual([]);
  });

  test("of the value before the last one is refused where that turn has not come to its end", async () => {
    const half = await servers({ s1: fine, s2: ["given", "other"], s3: kept });
    const tried = { ...before, rotate: "2", turnedFrom: "1" };
    expect(await complaints(tried, given(half.list, { rotate: "1" }))).toEqual([refused("s2")]);
    const { list } = await servers({ s1: kept, s2: kept, s3: kept });
    const asked: string[] = [];
    for (const machine of list)
      machine.answers["held-tokens"] = ({ TOKEN = "" }) => {
        asked.push(TOKEN);
        return as(kept);
      };
    expect(await complaints(tried, given(list, { rotate: "1" }))).toEqual([]);
    // What is made for it is none that anybody ever had.
    expect(asked).toEqual(["", "", ""]);
    expect(await complaints(tried, given(list, { rotate: "1", tokenGiven: true, token: "other" }))).toEqual(
      [],
    );
    expect(asked.slice(3)).toEqual(["other", "other", "other"]);
  });

  test("remembers the value before, also in a run that has the same", async () => {
    const { list } = await servers({});
    const learned = async (old: Props, rotate?: string) =>
      (await membership().check(old, given(list, rotate ? { rotate } : {}))).inputs.turnedFrom;
    expect(await learned(before, "2")).toBe("1");
    expect(await learned({ ...before, rotate: "2", turnedFrom: "1" }, "2")).toBe("1");
    expect(await learned({ ...before, rotate: "2", turnedFrom: "1" }, "3")).toBe("2");
    expect(await learned({ ...before, rotate: undefined }, "1")).toBeUndefined();
  });

  test("of an adopted cluster whose first turn was taken back half-way is refused", async () => {
    const { list } = await servers({ s1: ["other", "given"], s2: kept, s3: kept });
    const adopted = { ...before, rotate: undefined };
    expect(await complaints(adopted, given(list, { token: "stands-in" }))).toEqual([refused("s1")]);
    // As where the run had failed, and was not killed.
    expect(await complaints({ ...adopted, rotate: "1" }, given(list, { token: "another" }))).toEqual([
      refused("s1"),
    ]);
  });

  test("of a turn to finish goes on where those who are not well are those who wait for it", async () => {
    const ill = { health: false };
    const turned = { rotate: "2" };
    const told: Says = ["declared", "given"];
    const late = await servers({ s1: told, s2: kept, s3: kept }, { s1: {}, s2: ill, s3: {} });
    expect(await complaints(before, given(late.list, turned))).toEqual([]);
    const both = await servers({ s1: told, s2: kept, s3: kept }, { s1: {}, s2: ill, s3: { runs: false } });
    expect(await complaints(before, given(both.list, turned))).toEqual([]);
    const has = await servers({ s1: told, s2: waits, s3: kept }, { s1: {}, s2: ill, s3: {} });
    expect(await complaints(before, given(has.list, turned))).toEqual([
      expect.stringMatching(/^prod: rotating the tokens: etcd is not whole: s2 is not healthy/),
    ]);
    const untold = await servers({ s1: kept, s2: kept, s3: kept }, { s1: {}, s2: ill, s3: {} });
    expect(await complaints(before, given(untold.list, turned))).toHaveLength(1);
    expect(await complaints(before, given(late.list, { ...turned, version: "v1.33.4+k3s1" }))).toHaveLength(
      1,
    );
  });
});

test("a turn to finish by taking the value out goes on where those who are not well are those who wait for it", async () => {
  const told: Says = ["declared", "given"];
  const ill = { s1: {}, s2: { runs: false }, s3: {} };
  const { list } = await servers({ s1: told, s2: kept, s3: kept }, ill);
  expect(await membership().diff(before, given(list))).toBe(true);
});

describe("update", () => {
  const turn = (list: FakeMachine[]) =>
    membership().update("membership", before, given(list, { rotate: "2" }));

  test("has all servers keep both tokens for what is saved from here on, before the cluster is told", async () => {
    const { list, order } = await servers({ s1: kept, s2: kept, s3: kept });
    await turn(list);
    const keeping = ["s1", "s2", "s3"].map((name) => `${name} keep-snapshot-tokens`);
    // What is saved by the turn itself needs the old one.
    expect(order[0]).toBe("s1 save-snapshot");
    expect(order.slice(1, 4).sort()).toEqual(keeping);
    expect(order[4]).toBe("s1 rotate-token");
    expect(list.map((machine) => machine.variables("keep-snapshot-tokens"))).toEqual(
      list.map(() => ({ NEXT: "t0ken" })),
    );
  });

  test("of a turn that was told already asks who was told, and saves nothing more", async () => {
    const { list, order } = await servers({ s1: kept, s2: ["declared", "given"], s3: kept });
    await turn(list);
    expect([order[0], order.slice(1).sort()]).toEqual([
      "s2 rotate-token",
      ["s1 next-tokens", "s2 next-tokens", "s3 next-tokens"],
    ]);
  });

  test("of a turn that was told gives the tokens also where nobody who was told is well, and waits for all", async () => {
    const ill = { s1: { health: false }, s2: {}, s3: {} };
    const { list, order } = await servers({ s1: ["declared", "given"], s2: kept, s3: kept }, ill);
    const [s1] = list as [FakeMachine];
    const noting = s1.answers["next-tokens"] as () => object;
    s1.answers["next-tokens"] = () => {
      for (const machine of list) machine.answers["read-member"] = etcd(machine.name, healthy);
      return noting();
    };
    await turn(list);
    expect(order.sort()).toEqual(["s1 next-tokens", "s2 next-tokens", "s3 next-tokens"]);
  });

  test("tells the server that was told by hand, which alone knows the token of its cluster", async () => {
    const { list, order } = await servers({ s1: fine, s2: fine, s3: fine });
    for (const machine of list) machine.answers["held-tokens"] = as(machine.name === "s2" ? hand : kept);
    await turn(list);
    expect([order[0], order[4]]).toEqual(["s2 save-snapshot", "s2 rotate-token"]);
  });

  test("fails where that server is not well, and changes nothing", async () => {
    const { list, order } = await servers(
      { s1: kept, s2: hand, s3: kept },
      { s1: {}, s2: { health: false }, s3: {} },
    );
    const { message, recorded } = await refusal(turn(list));
    expect(message).toMatch(
      /^s2: rotating the tokens: it alone was told the token that the cluster has, and its etcd is not well\n {2}next: write what follows the last colon of /,
    );
    expect([recorded?.properties.rotate, order]).toEqual(["1", []]);
  });
});
