import { createHash } from "node:crypto";
import { type Answer, download, type StubMachine, stubMachine } from "./harness";

const ca = "-----BEGIN CERTIFICATE-----\nCA\n-----END CERTIFICATE-----\n";
const variables = {
  SERVER: "https://10.0.0.1:6443",
  CA_HASH: createHash("sha256").update(ca).digest("hex"),
  USER_PASSWORD: "server:s3cret",
  ANSWER: "403",
  PATIENCE: "20",
};

/** A machine from which the server to join gives these answers. */
function reaching(readyz: Answer, cacerts: Answer = download(ca)): StubMachine {
  const machine = stubMachine();
  machine.stub("curl", {
    "*https://10.0.0.1:6443/cacerts": cacerts,
    "*https://10.0.0.1:6443/v1-k3s/readyz": readyz,
  });
  return machine;
}

function answering(code: string): Answer {
  return { shell: `input; printf ${code}` };
}

test.each([
  ["403", "403"],
  ["200", "200"],
  ["403", "200"],
])("where %s says that the password is right, %s is accepted without a word", (expected, code) => {
  const outcome = reaching(answering(code)).run("check-token", { ...variables, ANSWER: expected });
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test.each(["503", "000"])(
  "a server that says %s and gets ready is waited for; one that does not ends it with 75",
  (code) => {
    const getting = answering(`$(cat code 2>/dev/null || { echo 200 >code; echo ${code}; })`);
    expect(reaching(getting).run("check-token", { ...variables, ANSWER: "200" })).toMatchObject({ code: 0 });
    const stuck = reaching(answering(code)).run("check-token", variables);
    expect(stuck).toMatchObject({ code: 75, stderr: "https://10.0.0.1:6443 is not ready yet\n" });
  },
);

test("a refused token ends with 77", () => {
  const outcome = reaching(answering("401")).run("check-token", variables);
  expect(outcome).toMatchObject({ code: 77, stderr: "https://10.0.0.1:6443 refuses the token\n" });
});

test.each<[string, Answer]>([
  ["403 to an agent", { shell: "printf 403" }],
  ["500", { shell: "printf 500" }],
])("a server that answers %s ends it with 69", (_, answer) => {
  const outcome = reaching(answer).run("check-token", { ...variables, ANSWER: "200" });
  expect(outcome.code).toBe(69);
  expect(outcome.stderr).toMatch(/^https:\/\/10\.0\.0\.1:6443 answers (403|500)\n$/);
});

test.each([35, 52, 56])(
  "a balancer that hangs up (%d) is asked again, and ends it with 75 when it goes on",
  (code) => {
    const once = {
      shell: `if [ -e hung ]; then printf '%s' '${ca}' >"$(after -o "$@")"; else : >hung; exit ${code}; fi`,
    };
    expect(reaching(answering("403"), once).run("check-token", variables)).toMatchObject({ code: 0 });
    expect(reaching(answering("403"), code).run("check-token", variables)).toMatchObject({
      code: 75,
      stderr: "nobody behind https://10.0.0.1:6443 answers\n",
    });
  },
);

test("a server that is not there ends it with 69, and is not told the token", () => {
  const outcome = reaching(answering("403"), 7).run("check-token", variables);
  expect(outcome).toMatchObject({ code: 69, stderr: "https://10.0.0.1:6443 does not answer\n" });
  expect(outcome.linesOf("curl")).toHaveLength(1);
});

test("another cluster's server ends it with 76, both hashes named, and is not told the token", () => {
  const outcome = reaching(answering("403"), download("other CA")).run("check-token", variables);
  const actual = createHash("sha256").update("other CA").digest("hex");
  expect(outcome.code).toBe(76);
  expect(outcome.stderr).toContain(`its CA is ${actual}, not ${variables.CA_HASH}`);
  expect(outcome.linesOf("curl")).toHaveLength(1);
});

test("the password is told only to who proves to have the CA", () => {
  const machine = reaching({
    shell: 'cat "$(after --cacert "$@")" >trust; printf 403',
  });
  const outcome = machine.run("check-token", variables);
  expect(machine.read("/trust")).toBe(ca);
  expect(outcome.linesOf("curl")[1]).not.toMatch(/(^| )-[a-z]*k|--insecure/);
});

test.each([
  ["server:s3cret", 'user = "server:s3cret"\n'],
  [`node:a"b\\c'd$(id)\`e\``, `user = "node:a\\"b\\\\c'd$(id)\`e\`"\n`],
])("%s reaches curl as it is, and not as an argument of any command", (password, input) => {
  const outcome = reaching(answering("403")).run("check-token", { ...variables, USER_PASSWORD: password });
  expect(outcome.calls.filter((call) => call.name === "curl")[1]?.input).toBe(input);
  expect(outcome.calls.flatMap((call) => call.args).filter((word) => word.includes(password))).toEqual([]);
});

// By SIGPIPE where it says something that nobody hears any more, such as that it was ended.
test.each(["TERM", "HUP", "PIPE"])("where SIG%s ends it meanwhile it leaves nothing behind", (signal) => {
  const machine = stubMachine();
  machine.stub("curl", { "*": { shell: `/bin/kill -${signal} $PPID; exit 28` } });
  const before = machine.snapshot();
  expect(machine.run("check-token", variables).code).toBe(143);
  expect(Object.keys(machine.snapshot())).toEqual(Object.keys(before));
});
