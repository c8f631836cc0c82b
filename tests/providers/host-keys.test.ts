import { learnable, pinned, remembering } from "../../providers/host-keys";

const trusting = { trustOnFirstUse: true, configFile: false as const };
const bastions = [{ host: "gate", port: 2200, trustOnFirstUse: true }];
const gate = "gate:2200";
const known = { "s1:22": "key of s1", [gate]: "key of gate", [`${gate} > s1:22`]: "key of another s1" };

test.each([
  ["straight", { host: "s1", ...trusting }, ["s1:22"]],
  ["through a bastion", { host: "s1", ...trusting, bastions }, [gate, `${gate} > s1:22`]],
  ["pinned, through a bastion", { host: "s1", ...trusting, hostKey: "its own", bastions }, [gate]],
  ["believing nobody", { host: "s1", bastions: [{ host: "gate" }] }, []],
])("hosts are told by the way to them: %s", (_, connection, ways) => {
  expect(learnable(connection)).toEqual(ways);
});

test("a learned key is that of the host at the end of the same way, and of no other", () => {
  const [straight, through] = [
    { host: "s1", ...trusting },
    { host: "s1", ...trusting, bastions },
  ];
  expect(pinned(straight, known)).toEqual({
    host: "s1",
    configFile: false,
    hostKey: "key of s1",
    hostKeyLearned: true,
  });
  expect(pinned(through, known)).toEqual({
    host: "s1",
    configFile: false,
    hostKey: "key of another s1",
    hostKeyLearned: true,
    bastions: [{ host: "gate", port: 2200, hostKey: "key of gate", hostKeyLearned: true }],
  });
});

test("a key that the user gives counts more than a learned one", () => {
  const connection = { host: "s1", ...trusting, hostKey: "its own" };
  expect([pinned(connection, known).hostKey, remembering(connection, known).hostKey]).toEqual([
    "its own",
    "its own",
  ]);
  expect(pinned(connection, known)).not.toHaveProperty("hostKeyLearned");
});

test("a host whose key was not learned is believed while it is looked at, and not after", () => {
  const connection = { host: "s2", ...trusting };
  expect(remembering(connection, known)).toEqual(connection);
  expect(pinned(connection, known)).toEqual({ host: "s2", configFile: false });
});

test("what believes nobody at first use keeps to the user's files, whatever was learned before", () => {
  const connection = { host: "s1" };
  expect([pinned(connection, known), remembering(connection, known)]).toEqual([connection, connection]);
});
