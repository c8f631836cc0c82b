import { type EtcdMember, healthyServer } from "../../providers/members";

const servers = ["s1", "s2", "s3"].map((name) => ({ name, connection: { host: name } }));

function member(node: string, more: Partial<EtcdMember> = {}): EtcdMember {
  return { id: node, node, votes: true, leads: false, there: true, heard: true, ...more };
}

const learns = { votes: false };
const ill = { trouble: "is not healthy" };

test.each<[string, EtcdMember[], string | undefined, string[]]>([
  ["the first healthy voter", [member("s1"), member("s2")], "s1", []],
  ["a voter, and no learner before it", [member("s1", learns), member("s2", ill), member("s3")], "s3", []],
  [
    "a learner where no voter is well, which is said",
    [member("s1", ill), member("s2", learns), member("s3", { ...learns, ...ill })],
    "s2",
    ["no healthy voter of etcd can be asked: s2 is, which is not a voter yet"],
  ],
  ["nobody where none is well", [member("s1", ill), member("s9")], undefined, []],
])("who is asked for something is %s", (_case, members, name, said) => {
  const warnings: string[] = [];
  const found = healthyServer(servers, members, { warn: (message) => warnings.push(message) });
  expect([found?.name, warnings]).toEqual([name, said]);
});
