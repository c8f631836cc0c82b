import { createHash } from "node:crypto";
import { type Answer, download, type Outcome, type StubMachine, stubMachine } from "./harness";

const ca = "-----BEGIN CERTIFICATE-----\nCA\n-----END CERTIFICATE-----\n";
const hash = createHash("sha256").update(ca).digest("hex");
const right = { shell: "input; printf 403" };

function server(readyz: Answer | Answer[], cacerts: Answer | Answer[] = download(ca), restarts = 0) {
  const machine = stubMachine();
  machine.stub("curl", {
    "*https://127.0.0.1:6443/v1-k3s/readyz": readyz,
    "*https://127.0.0.1:6443/cacerts": cacerts,
  });
  machine.stub("systemctl", { "show -p NRestarts --value k3s": `${restarts}\n` });
  return machine;
}

function wait(machine: StubMachine, password = "s3cret"): Outcome {
  return machine.run("supervisor", { UNIT: "k3s", PASSWORD: password, SECONDS_LEFT: "9" });
}

test("the sum of the CA is told as it is served, its last line break included", () => {
  expect(wait(server(right))).toMatchObject({ code: 0, stdout: `${hash}\n`, stderr: "" });
});

test.each<[string, Answer]>([
  ["it answers", 7],
  ["it is past its beginning", "503"],
  ["its token is in force", "401"],
])("it is waited for until %s", (_, answer) => {
  const outcome = wait(server([answer, answer, right]));
  expect(outcome).toMatchObject({ code: 0, stdout: `${hash}\n` });
  expect(outcome.linesOf("sleep")).toHaveLength(2);
});

test("a CA that does not come is asked for again, and never taken for an empty one", () => {
  expect(wait(server(right, [28, download(ca)]))).toMatchObject({ code: 0, stdout: `${hash}\n` });
  expect(wait(server(right, 28))).toMatchObject({ code: 75, stdout: "" });
});

test("a server that does not come ends it with 75 when the time is over", () => {
  const outcome = wait(server("503"));
  expect(outcome).toMatchObject({ code: 75, stderr: "the supervisor does not answer on port 6443\n" });
  expect(outcome.linesOf("sleep")).toHaveLength(9);
});

test("a unit that ends again and again ends it with 1 at once", () => {
  const outcome = wait(server(7, ca, 2));
  expect(outcome).toMatchObject({ code: 1, stderr: "the unit ends again and again\n" });
  expect(outcome.linesOf("sleep")).toEqual([]);
});

test("a unit that has ended once is waited for, and one that answers is fine after any number", () => {
  expect(wait(server([7, right], download(ca), 1)).code).toBe(0);
  expect(wait(server(right, download(ca), 9)).code).toBe(0);
});

test.each([
  ["s3cret", 'user = "server:s3cret"\n'],
  [`a"b\\c'd$(id)\`e\``, `user = "server:a\\"b\\\\c'd$(id)\`e\`"\n`],
])("%s reaches curl as it is, and not as an argument of any command", (password, input) => {
  const { calls } = wait(server(right), password);
  expect(calls.map((call) => call.input).filter(Boolean)).toEqual([input]);
  expect(calls.flatMap(({ args }) => args).filter((word) => word.includes(password))).toEqual([]);
});
