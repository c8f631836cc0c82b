import { type Answer, stubMachine } from "./harness";

function changing(answer: Answer) {
  const machine = stubMachine();
  machine.stub("curl", { "*": answer });
  return machine.run("change-members", { PATH_OF: "cluster/member/remove", BODY: '{"ID":"7"}' });
}

test("etcd is asked once, as whom it knows, and nothing is said", () => {
  const outcome = changing('{"header":{}}\n200');
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("curl")).toEqual([
    expect.stringMatching(
      /--cert \S+\/tls\/etcd\/client\.crt .* -d \{"ID":"7"\} https:\/\/127\.0\.0\.1:2382\/v3\/cluster\/member\/remove$/,
    ),
  ]);
});

test.each<[string, Answer, string]>([
  ["does not answer", { shell: "printf '\\n000'; exit 7" }, "etcd does not answer"],
  ["answers nothing", { shell: "exit 7" }, "etcd does not answer"],
  [
    "refuses",
    '{"error":"no","code":5,"message":"etcdserver: member not found","details":[]}\n404',
    "etcd says etcdserver: member not found",
  ],
])("etcd that %s ends it with 69 and why", (_case, answer, stderr) => {
  expect(changing(answer)).toMatchObject({ code: 69, stdout: "", stderr: `${stderr}\n` });
});
