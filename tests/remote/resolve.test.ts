import { Trouble } from "../../remote/errors";
import { resolve } from "../../remote/resolve";
import { addressOf, type SshTarget } from "../../remote/target";

const around = {
  home: "/home/me",
  localUser: "me",
  exists: (path: string) => !path.includes("missing"),
  include: (pattern: string) => included[pattern] ?? [],
};
const included: Record<string, string[]> = {
  "conf.d/*": ["Host m1\n Port 1", "User two\nHost m1\n Port 2"],
  itself: ["Include itself\nPort 5"],
};

const way = (text: string, target: Partial<SshTarget> = {}) =>
  resolve({ transport: "ssh", host: "m1", ...target }, text, around);
const shown = (text: string, target?: Partial<SshTarget>) =>
  way(text, target)
    .map((hop) => `${hop.user}@${addressOf(hop)}`)
    .join(" ");

test.each<[string, string, Partial<SshTarget>, string]>([
  ["nothing", "", {}, "root@m1"],
  ["another host", "Host m2\n User ops", {}, "root@m1"],
  ["its name, user and port", "Host m1\n HostName 10.0.0.1\n User ops\n Port 2222", {}, "ops@10.0.0.1:2222"],
  ["what the target says itself", "User ops\nPort 2222", { user: "root", port: 22 }, "root@m1"],
  ["the first value of several", "Host m1\n User one\nHost *\n User two\n Port 2", {}, "one@m1:2"],
  ["a value before any Host", "User one\nHost m1\n User two", {}, "one@m1"],
  ["wildcards", "Host m? *.org\n User ops", {}, "ops@m1"],
  ["one of several patterns", "Host a b m1\n User ops", {}, "ops@m1"],
  ["a pattern that is taken out", "Host * !m1\n User ops", {}, "root@m1"],
  ["only a pattern that is taken out", "Host !m2\n User ops", {}, "root@m1"],
  [
    "a value of a name that is not the host's",
    "Host 10.*\n User ops\nHost m1\n HostName 10.0.0.1",
    {},
    "root@10.0.0.1",
  ],
  ["the host in its name", "HostName %h.example.org", {}, "root@m1.example.org"],
  ["equals signs, quotes, capitals", 'hOST=m1\nUSER = "my ops"\n\tport="7"', {}, "my ops@m1:7"],
  ["comments and empty lines", "# Port 1\n\n  # Port 2\nPort 3 # three", {}, "root@m1:3"],
  ["Windows line ends", "Host m1\r\n User ops\r\n", {}, "ops@m1"],
  ["a Match block, which is skipped", "Match all\n User ops\nHost m1\n Port 7", {}, "root@m1:7"],
  ["an address of version 6", "Host m1\n HostName fe80::1\n Port 7", {}, "root@[fe80::1]:7"],
  ["included files, in their order", "Include conf.d/*", {}, "two@m1:1"],
  [
    "files that are included for another host",
    "Host m2\n Include conf.d/*\nHost m1\n User ops",
    {},
    "ops@m1",
  ],
  ["a line after an included Host", "Host m1\n Include conf.d/*\n User late\n HostName x", {}, "two@x:1"],
  ["files that are not there", "Include nothing\nUser ops", {}, "ops@m1"],
  ["a file that includes itself", "Include itself", {}, "root@m1:5"],
  ["a jump", "ProxyJump b", {}, "root@b root@m1"],
  ["a jump with everything", "ProxyJump ops@b:2222", {}, "ops@b:2222 root@m1"],
  ["a jump as a URL", "ProxyJump ssh://ops@b:2222", {}, "ops@b:2222 root@m1"],
  ["a jump by an address of version 6", "ProxyJump ops@[fe80::1]:7", {}, "ops@[fe80::1]:7 root@m1"],
  ["several jumps", "Host m1\n ProxyJump a,ops@b", {}, "root@a ops@b root@m1"],
  [
    "jumps that it knows itself",
    "Host m1\n ProxyJump b\nHost b\n HostName 10.0.0.9\n User ops",
    {},
    "ops@10.0.0.9 root@m1",
  ],
  ["a jump of a jump", "Host m1\n ProxyJump b\nHost b\n ProxyJump a", {}, "root@a root@b root@m1"],
  ["no jump", "Host m1\n ProxyJump none\nHost *\n ProxyJump b", {}, "root@m1"],
  ["a jump of all hosts, itself too", "Host *\n ProxyJump b", {}, "root@b root@m1"],
  [
    "bastions of the target, not its own jump",
    "ProxyJump a",
    { bastions: [{ host: "b" }] },
    "root@b root@m1",
  ],
  ["no bastions of the target, not its own jump", "ProxyJump a", { bastions: [] }, "root@m1"],
  [
    "bastions that it knows",
    "Host b\n Port 7",
    { bastions: [{ host: "b", user: "ops" }] },
    "ops@b:7 root@m1",
  ],
])("a configuration tells of %s", (_, text, target, expected) => {
  expect(shown(text, target)).toBe(expected);
});

test.each([
  ["none", "", {}],
  [
    "the first that exists",
    "IdentityFile /missing\nHost m1\n IdentityFile /a\nIdentityFile /b",
    { identityFile: "/a" },
  ],
  ["one in the home folder", "IdentityFile ~/k", { identityFile: "/home/me/k" }],
  ["tokens", "HostName x\nUser u\nIdentityFile %d/%h/%r/%u/%%", { identityFile: "/home/me/x/u/me/%" }],
  ["none but its own", "IdentitiesOnly yes\nIdentityFile /a", { identityFile: "/a", identitiesOnly: true }],
  ["known hosts", "UserKnownHostsFile ~/a /b", { knownHosts: ["/home/me/a", "/b"] }],
  ["no known hosts", "UserKnownHostsFile none", { knownHosts: [] }],
])("a configuration names keys: %s", (_, text, expected) => {
  expect(way(text).at(-1)?.configured).toEqual(expected);
});

test("what the target says of its keys stays beside what the file says", () => {
  const target = { identityFile: "~/mine", knownHosts: "/mine", hostKey: "SHA256:x", password: "p" };
  expect(way("IdentityFile /a\nProxyJump b", target).map(({ identityFile }) => identityFile)).toEqual([
    undefined,
    "~/mine",
  ]);
  expect(way("", target).at(-1)).toMatchObject(target);
});

test.each([
  ["ten seconds", {}, 10_000],
  ["as long as the target says", { connectTimeout: 2_000 }, 2_000],
])("every hop is given %s to connect to", (_, target, expected) => {
  const times = way("ProxyJump a,b", target).map(({ connectTimeout }) => connectTimeout);
  expect(times).toEqual([expected, expected, expected]);
});

test("every hop knows what is passed on the way to it", () => {
  expect(way("Host m1\n ProxyJump a,b:7").map(({ via }) => via)).toEqual([[], ["a"], ["a", "b:7"]]);
});

test.each([
  ["Port many", 'm1 cannot be used: "many" is no port'],
  ["Port 65536", '"65536" is no port'],
  ["ProxyJump @:", 'its ProxyJump "@:" is not of the form user@host:port'],
  ["ProxyJump [::zz]", 'its ProxyJump "[::zz]" is not of the form user@host:port'],
  ["Host m1\n ProxyJump b\nHost b\n ProxyJump m1", "its ProxyJump leads back to m1"],
])("the configuration %j is an error that says what to do", (text, message) => {
  try {
    way(text);
    throw new Error("it should have failed");
  } catch (error) {
    expect(error).toBeInstanceOf(Trouble);
    expect((error as Trouble).failure.cause).toContain(message);
    expect((error as Trouble).failure.remedy).toContain("configFile: false");
  }
});
