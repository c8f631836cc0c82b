import { type Answer, stubMachine } from "./harness";

const file = "/var/lib/rancher/k3s/server/token";
const given = "/etc/rancher/k3s/token";
const passwords = "/var/lib/rancher/k3s/server/cred/passwd";
const before = "old-agent,node,node,k3s:agent\nold,server,server,k3s:server\n";

function server(token: string, answer: Answer = "\n200") {
  const machine = stubMachine();
  machine.write(file, `${token}\n`, 0o600);
  machine.write(passwords, before, 0o600);
  machine.stub("curl", { "*": answer });
  return machine;
}

test("the cluster is told by the old token, and neither is an argument", () => {
  const machine = server(String.raw`K10ab::server:ol"d\\x`, { shell: "input; printf '\\n200'" });
  const outcome = machine.run("rotate-token", { TOKEN: String.raw`n"e\w`, AGENT_TOKEN: "new-agent" });
  expect(outcome).toMatchObject({ code: 0, stdout: "rotated\n", stderr: "" });
  const [call] = outcome.calls.filter(({ name }) => name === "curl");
  const asked = call?.args.join(" ");
  expect(asked).toMatch(
    /-X PUT -K - --cacert \S+\/tls\/server-ca\.crt https:\/\/127\.0\.0\.1:6443\/v1-k3s\/token$/,
  );
  expect(asked).not.toMatch(/ol"d|n"e/);
  const [user = "", data = ""] = (call?.input ?? "").trim().split("\n");
  // curl takes a backslash and a quotation mark in what is quoted for themselves after a backslash, as JSON does.
  const unquoted = (line: string, key: string) => JSON.parse(line.replace(`${key} = `, "")) as string;
  expect(unquoted(user, "user")).toBe(String.raw`server:ol"d\\x`);
  expect(JSON.parse(unquoted(data, "data"))).toEqual({ newToken: String.raw`n"e\w` });
});

test.each([
  ["new-agent", "new-agent"],
  ['n"e,w', '"n""e,w"'],
])(
  "the agent token %s is among the passwords that k3s tells the cluster then, for root alone",
  (token, written) => {
    const machine = server("old");
    machine.stub("curl", {
      "*": {
        shell: `cat ${machine.path(passwords)} >${machine.path("/var/lib/rancher/k3s/server/cred/asked")}; printf '\\n200'`,
      },
    });
    expect(machine.run("rotate-token", { TOKEN: "new", AGENT_TOKEN: token })).toMatchObject({ code: 0 });
    const now = `old,server,server,k3s:server\n${written},node,node,k3s:agent\n`;
    expect([
      machine.read("/var/lib/rancher/k3s/server/cred/asked"),
      machine.read(passwords),
      machine.mode(passwords),
    ]).toEqual([now, now, "600"]);
    expect(machine.has(`${passwords}.before`)).toBe(false);
  },
);

test("a server that runs by older tokens than it was told last ends it with 77, and its passwords are as they were", () => {
  const machine = server("old", "\n401");
  machine.write(given, "old", 0o600);
  expect(machine.run("rotate-token", { TOKEN: "new", AGENT_TOKEN: "new-agent" })).toMatchObject({
    code: 77,
    stdout: "",
    stderr: "k3s runs by an older token than it was told last\n",
  });
  expect(machine.read(passwords)).toBe(before);
});

test("a server that was told other tokens, and was given none of them, is told by those that it runs by", () => {
  const machine = server("K10ab::server:told");
  machine.write(given, "K10ab::server:runs", 0o600);
  machine.stub("curl", { "*": [{ shell: "input; printf '\\n401'" }, { shell: "input; printf '\\n200'" }] });
  const outcome = machine.run("rotate-token", { TOKEN: "new", AGENT_TOKEN: "new-agent" });
  expect(outcome).toMatchObject({ code: 0, stdout: "rotated\n", stderr: "" });
  const users = outcome.calls.filter(({ name }) => name === "curl").map(({ input }) => input.split("\n")[0]);
  expect(users).toEqual(['user = "server:told"', 'user = "server:runs"']);
});

test("another agent token alone is refused with 65, since no other server would be told", () => {
  const outcome = server("K10ab::server:new").run("rotate-token", { TOKEN: "new", AGENT_TOKEN: "other" });
  expect(outcome).toMatchObject({ code: 65, stdout: "" });
  expect(outcome.linesOf("curl")).toEqual([]);
});

test("a cluster that was told before is not asked", () => {
  const outcome = server("K10ab::server:new").run("rotate-token", { TOKEN: "new", AGENT_TOKEN: "old-agent" });
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n", stderr: "" });
  expect(outcome.linesOf("curl")).toEqual([]);
});

test.each<[string, Answer, string]>([
  ["does not answer", { shell: "printf '\\n000'; exit 7" }, "k3s does not answer"],
  ["answers nothing", { shell: "exit 7" }, "k3s does not answer"],
  ["refuses", "{}\n500", "k3s says 500"],
])("k3s that %s ends it with 69 and why, and its passwords are as they were", (_case, answer, stderr) => {
  const machine = server("old", answer);
  const kept = machine.snapshot();
  expect(machine.run("rotate-token", { TOKEN: "new", AGENT_TOKEN: "new-agent" })).toMatchObject({
    code: 69,
    stdout: "",
    stderr: `${stderr}\n`,
  });
  expect(machine.read(passwords)).toBe(before);
  expect(Object.keys(machine.snapshot()).sort()).toEqual(Object.keys(kept).sort());
});
