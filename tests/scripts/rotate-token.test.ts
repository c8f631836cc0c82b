import { type Answer, stubMachine } from "./harness";

const file = "/var/lib/rancher/k3s/server/token";

function server(token: string, answer: Answer = "\n200") {
  const machine = stubMachine();
  machine.write(file, `${token}\n`, 0o600);
  machine.stub("curl", { "*": answer });
  return machine;
}

test("the cluster is told by the old token, and neither is an argument", () => {
  const machine = server(String.raw`K10ab::server:ol"d\\x`, { shell: "input; printf '\\n200'" });
  const outcome = machine.run("rotate-token", { TOKEN: String.raw`n"e\w` });
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

test("a cluster that was told before is not asked", () => {
  const outcome = server("K10ab::server:new").run("rotate-token", { TOKEN: "new" });
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n", stderr: "" });
  expect(outcome.linesOf("curl")).toEqual([]);
});

test.each<[string, Answer, string]>([
  ["does not answer", { shell: "printf '\\n000'; exit 7" }, "k3s does not answer"],
  ["answers nothing", { shell: "exit 7" }, "k3s does not answer"],
  ["refuses", "{}\n500", "k3s says 500"],
])("k3s that %s ends it with 69 and why", (_case, answer, stderr) => {
  expect(server("old", answer).run("rotate-token", { TOKEN: "new" })).toMatchObject({
    code: 69,
    stdout: "",
    stderr: `${stderr}\n`,
  });
});
