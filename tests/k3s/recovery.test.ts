import { alarmComplaint, recovery } from "../../k3s/recovery";

const voter = (node: string, more = {}) => ({ node, votes: true, ...more });
const ill = { trouble: "is not healthy (ALARM NOSPACE)" };

test("an alarm is complained of with whose it is, and the way back depends on which it is", () => {
  expect(alarmComplaint([voter("s1"), voter("s2", { trouble: "runs no etcd" })])).toBeUndefined();
  const full = alarmComplaint([voter("s1", ill), voter("s2", { ...ill, alarm: "NOSPACE" })]);
  expect(full?.cause).toMatch(/^etcd raises the alarm NOSPACE of s2, /);
  expect(full?.next).toBe(
    "run systemctl restart k3s on s2, which frees what was deleted and takes the alarm back (docs/quorum.md)",
  );
  const both = alarmComplaint([voter("s1", { alarm: "NOSPACE" }), voter("s2", { alarm: "CORRUPT" })]);
  expect(both?.cause).toContain("the alarm NOSPACE of s1 and the alarm CORRUPT of s2, ");
  expect(both?.next).toMatch(/restart k3s on s1, .*; see what etcd on s2 says .*restore a snapshot/);
});

test("the alarm of a machine that is gone is taken back elsewhere", () => {
  const gone = voter("s3", { alarm: "NOSPACE", there: false });
  expect(alarmComplaint([voter("s1", { ...ill, there: true }), gone])?.next).toBe(
    "take that of s3 back by etcdctl alarm disarm on a server (docs/quorum.md)",
  );
});

test("who only learns is waited for, and who has no name is not asked for", () => {
  const wait = "wait until all of them vote, about a minute, then run this again";
  const learner = voter("s4", { votes: false });
  const unnamed = voter("a new member", { votes: false, unnamed: true, trouble: "is not heard of" });
  expect(recovery([voter("s1"), learner])).toBe(wait);
  expect(recovery([voter("s1"), unnamed])).toBe(wait);
  expect(recovery([voter("s1"), voter("s2"), voter("s3", ill), unnamed])).toMatch(
    /^bring s3 back, or take it out/,
  );
});

test("who is ill of an alarm alone is not to be begun again without the others", () => {
  expect(recovery([voter("s1", ill), voter("s2", { ...ill, alarm: "NOSPACE" })])).not.toContain("recover");
  expect(recovery([voter("s1", ill), voter("s2", ill), voter("s3")])).toContain("give recover:");
  expect(recovery([voter("s1", ill), voter("s2"), voter("s3")])).toMatch(/^bring s1 back, or take it out/);
});

const away = (node: string) => voter(node, { trouble: "runs no etcd" });

describe("without a quorum", () => {
  const members = [voter("s1"), away("s2"), away("s3")];

  test("those that are away come back, or the manifest says from whom etcd goes on", () => {
    expect(recovery(members)).toBe(
      "bring s2 or s3 back (systemctl start k3s there); where they are gone for good, take them out of the manifest " +
        "and give recover: { from: …, confirm: <clusterId> } (docs/restore.md)",
    );
  });

  test("what a manifest with servers elsewhere must not have is not asked for: k3s's own steps are", () => {
    const advice = recovery(members, { server: "https://10.0.0.9:6443" });
    expect(advice).toMatch(
      /^bring s2 or s3 back \(systemctl start k3s there\); where they are gone for good, /,
    );
    expect(advice).toMatch(
      /with those elsewhere: stop k3s on all servers, run k3s server --cluster-reset --server= on one/,
    );
    expect(advice).not.toMatch(/recover:|out of the manifest/);
  });
});

test.each<[string, ReturnType<typeof away>[], unknown, string]>([
  [
    "one of the manifest's",
    [away("s2")],
    undefined,
    "bring s2 back, or take it out of the manifest, then run this again",
  ],
  [
    "one that may be elsewhere",
    [away("far")],
    true,
    "bring far back, or take it out (of the manifest, or by kubectl delete node far where it is elsewhere), then run this again",
  ],
  [
    "several that may be",
    [away("far"), away("s2")],
    true,
    "bring far and s2 back, or take them out (of the manifest, or by kubectl delete node far s2 where they are elsewhere), then run this again",
  ],
])("with a quorum, and without %s", (_case, ill, elsewhere, said) => {
  const others = ["s1", "s3", "s4"].map((node) => voter(node));
  expect(recovery([...others, ...ill], elsewhere)).toBe(said);
});
