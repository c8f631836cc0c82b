import { etcdComplaint, isOlder, upgradeComplaint } from "../../k3s/upgrade";

const from = "v1.33.3+k3s1";

test.each([
  [from, "v1.33.3+k3s1"],
  [from, "v1.33.3+k3s2"],
  [from, "v1.33.10+k3s1"],
  [from, "v1.34.0+k3s1"],
  ["v1.33.3+k3s2", "v1.34.0+k3s1"],
  ["v1.33.3-rc1+k3s1", "v1.33.3+k3s2"],
])("from %s to %s is an upgrade", (before, after) => {
  expect(upgradeComplaint(before, after)).toBeUndefined();
});

test.each([["v1.33.2+k3s9"], ["v1.32.9+k3s1"], ["v0.34.0+k3s1"]])(
  "to %s is none: data cannot go back",
  (to) => {
    expect(upgradeComplaint(from, to)).toEqual({
      cause: `${to} is older than ${from}, which it runs, and data cannot go back`,
      next: `give ${from} or a newer version; what was before comes back by restoring a snapshot`,
    });
  },
);

test("a build of the same release may be older, too", () => {
  expect(upgradeComplaint("v1.33.3+k3s2", from)?.cause).toMatch(/^v1\.33\.3\+k3s1 is older/);
});

test.each(["v1.35.0+k3s1", "v2.34.0+k3s1"])("to %s skips a minor release", (to) => {
  expect(upgradeComplaint(from, to)).toEqual({
    cause: `${to} skips a minor release: it runs ${from}`,
    next: "go to a v1.34 release first, its newest patch",
  });
});

test.each([
  ["v1.32.9+k3s1", from, true],
  ["v1.33.3+k3s1", "v1.33.3+k3s2", true],
  [from, from, false],
  ["v1.34.0+k3s1", from, false],
  ["v1.33.3-dirty", from, false],
  [from, "v1.34.3-dirty", false],
])("that %s is older than %s is %s", (version, than, is) => {
  expect(isOlder(version, than)).toBe(is);
});

describe("etcd that 1.34 is to take over", () => {
  const members = (...versions: (string | undefined)[]) =>
    versions.map((version, index) => ({ node: `s${index + 1}`, ...(version ? { version } : {}) }));

  test.each(["3.5.26", "3.5.32", "3.6.0", "4.0.0", "", undefined, "unknown"])("may be %s", (version) => {
    expect(etcdComplaint(members(version), "v1.34.1+k3s1")).toBeUndefined();
  });

  test.each(["3.5.25", "3.5.21", "3.4.99"])(
    "must not be %s, which an older k3s may go on with",
    (version) => {
      expect(etcdComplaint(members("3.5.26", version), "v1.34.1+k3s1")).toEqual({
        cause: `v1.34.1+k3s1 takes over the data of etcd 3.5.26 or newer alone, and there is s2 ${version}`,
        next: "go to the newest patch of the minor release that the cluster runs first",
      });
      expect(etcdComplaint(members(version), "v1.33.9+k3s1")).toBeUndefined();
    },
  );
});
