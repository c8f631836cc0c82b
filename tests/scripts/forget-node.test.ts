import { type Answer, stubMachine } from "./harness";

/** What the API answers: to the removal, and then when it is asked what is there. */
function forgetting(removal: Answer, ...asked: Answer[]) {
  const machine = stubMachine();
  machine.stub("curl", { "*-X DELETE*": removal, "*": asked.length > 0 ? asked : "404" });
  return machine.run("forget-node", { NODE: "a1", MACHINE_ID: "", DEAD: "no" });
}

const url = "https://127.0.0.1:6443/api/v1/nodes/a1?pretty=false";

test.each(["200", "202", "404"])("a node of which the API says %s is gone without a word", (code) => {
  const outcome = forgetting(code);
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("curl")).toEqual([
    expect.stringMatching(/^-s --noproxy \* .*\/client-admin.key .*-X DELETE /),
    expect.stringMatching(/\/client-admin.key -o /),
  ]);
  for (const line of outcome.linesOf("curl")) expect(line.endsWith(` ${url}`)).toBe(true);
});

test("waits until k3s has forgotten it", () => {
  const outcome = forgetting("200", "200", "200", "404");
  expect(outcome.code).toBe(0);
  expect(outcome.linesOf("sleep")).toHaveLength(2);
});

test.each<[string, Answer, Answer, string]>([
  ["is not there", { shell: "printf 000; exit 7" }, "404", "the API does not answer"],
  ["does not let it go", "403", "404", "the API says 403"],
  ["never ends", "200", "200", "the API is still at it after 75 s"],
  ["goes away meanwhile", "200", { shell: "printf 000; exit 7" }, "the API is still at it after 75 s"],
])("an API that %s ends it with 69 and why", (_case, removal, asked, stderr) => {
  expect(forgetting(removal, asked)).toMatchObject({ code: 69, stdout: "", stderr: `${stderr}\n` });
});

test.each<[string, Answer, boolean]>([
  ["this machine's", '{"status":{"nodeInfo":{"machineID":"9f0c","osImage":"Debian"}}}', true],
  ["another machine's", '{"status":{"nodeInfo":{"machineID":"9f0c1","osImage":"Debian"}}}', false],
  ["not told", { shell: "exit 7" }, true],
  ["gone", '{"kind":"Status","code":404}', true],
])("of a node that is %s the object goes or stays", (_case, object, goes) => {
  const machine = stubMachine();
  machine.stub("curl", { "*-X DELETE*": "200", "*-o /dev/null*": "404", "*": object });
  const outcome = machine.run("forget-node", { NODE: "a1", MACHINE_ID: "9f0c", DEAD: "no" });
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("curl").some((line) => line.includes("DELETE"))).toBe(goes);
});

test.each<[string, string, string, number, boolean]>([
  ["this machine's, and Ready by what the API knows", "9f0c", "True", 0, true],
  ["another machine's that is no more", "aaaa", "Unknown", 0, true],
  ["another machine's that is Ready", "aaaa", "True", 73, false],
])("where the dead are to go, too, one that is %s goes or stays", (_case, id, status, code, goes) => {
  const machine = stubMachine();
  const conditions = `[{"type":"MemoryPressure","status":"False"},{"type":"Ready","status":"${status}"}]`;
  const object = `{"status":{"conditions":${conditions},"nodeInfo":{"machineID":"${id}"}}}`;
  machine.stub("curl", { "*-X DELETE*": "200", "*-o /dev/null*": "404", "*": object });
  const outcome = machine.run("forget-node", { NODE: "a1", MACHINE_ID: "9f0c", DEAD: "yes" });
  expect(outcome.code).toBe(code);
  expect(outcome.stderr).toBe(code === 0 ? "" : "another machine is node a1, and Ready\n");
  expect(outcome.linesOf("curl").some((line) => line.includes("DELETE"))).toBe(goes);
});

test.each([
  ["answers", "https://127.0.0.1:6443"],
  ["has left already", "https://10.0.0.9:6443"],
])("where this server's API %s, %s is asked", (_case, address) => {
  const machine = stubMachine();
  machine.stub("curl", {
    "*https://127.0.0.1:6443/*": address.includes("127") ? "404" : { shell: "printf 000; exit 7" },
    "*https://10.0.0.9:6443/*": "404",
  });
  const variables = { NODE: "s1", MACHINE_ID: "", DEAD: "no", ELSEWHERE: "https://10.0.0.9:6443" };
  const outcome = machine.run("forget-node", variables);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const removal = outcome.linesOf("curl").find((line) => line.includes("DELETE"));
  expect(removal).toContain(` ${address}/api/v1/nodes/s1`);
  expect(removal).toContain("--cacert ");
});
