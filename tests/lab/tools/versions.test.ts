import { atLeast, compareVersions, versionIn } from "../../../lab/tools/versions";

test.each([
  ["v3.259.0\n", "3.259.0"],
  ["go version go1.26.8 linux/amd64", "1.26.8"],
  ["ShellCheck - shell script analysis tool\nversion: 0.9.0", "0.9.0"],
  ["OpenSSH_9.2p1 Debian", "9.2"],
  ["no number here", undefined],
])("the version in %j is %s", (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test.each([
  ["1.9.0", "1.10.0", -1],
  ["1.26", "1.26.0", 0],
  ["v1.33.3+k3s1", "1.33.3", 0],
  ["go1.25.11", "1.25.9", 1],
  ["4.0.0", "3.259.0", 1],
])("%s compared with %s gives %d", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

test("an unknown version is never new enough", () => {
  expect(atLeast(undefined, "0.1")).toBe(false);
});
