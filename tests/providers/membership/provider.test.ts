import { sharedHost } from "../provider-host";

const host = sharedHost();

test.each<[string, string[], string[], string[]]>([
  ["none at all", [], [], ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"]],
  [
    "two of three fewer",
    ["s1", "s2", "s3"],
    ["s3"],
    ["removing s1, s2 at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time"],
  ],
  ["one of three fewer", ["s1", "s2", "s3"], ["s1", "s2"], []],
  ["more than before", ["s1"], ["s1", "s2", "s3"], []],
])("servers: %s", async (_case, before, servers, complaints) => {
  const old = before.length > 0 ? { servers: before } : undefined;
  const { failures } = await host().resource("Membership").check(old, { servers });
  expect(failures).toEqual(complaints.map((reason) => ({ property: "", reason })));
});

test("servers with a database of the user's have no vote, and leave as they like, save all of them", async () => {
  const check = async (servers: string[]) => {
    const old = { servers: ["s1", "s2", "s3"], external: true };
    return (await host().resource("Membership").check(old, { servers, external: true })).failures;
  };
  expect(await check(["s3"])).toEqual([]);
  expect(await check([])).toHaveLength(1);
});

test("who is a server is recorded, and changes with the program", async () => {
  const membership = host().resource("Membership");
  const { id, outs } = await membership.create({ servers: ["s1"] });
  expect([id, outs.servers]).toEqual(["membership", ["s1"]]);
  expect(await membership.diff(outs, { servers: ["s1", "s2"] })).toBe(true);
  expect(await membership.update(id, outs, { servers: ["s1", "s2"] })).toMatchObject({
    servers: ["s1", "s2"],
  });
});
