import { type Answer, type Outcome, stubMachine } from "./harness";

const variables = { NODE: "a1", ROLE: "server", PATCH: '{"metadata":{"labels":{"tier":"web"}}}' };

/** What the API answers; the patch is read. */
function answering(code: number, text = "{}"): Answer {
  return { shell: `input; cat <<'END'\n${text}\n${code}\nEND\n` };
}

function status(message: string): string {
  return `{\n  "kind": "Status",\n  "message": "${message}",\n  "reason": "Odd",\n  "details": {\n    "causes": [\n      {\n        "message": "another"\n      }\n    ]\n  }\n}`;
}

function set(answer: Answer, more: Partial<typeof variables> = {}): Outcome {
  const machine = stubMachine();
  machine.stub("curl", { "*": answer });
  const outcome = machine.run("set-node", { ...variables, ...more });
  expect(machine.has("/pwned")).toBe(false);
  return outcome;
}

test("a change that the API takes is made without a word", () => {
  const outcome = set(answering(200, '{\n  "kind": "Node"\n}'));
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(outcome.linesOf("curl")[0]).toMatch(
    /-X PATCH --data-binary @- -H Content-Type: application\/merge-patch\+json /,
  );
});

test.each<["server" | "agent", RegExp]>([
  [
    "server",
    /--cacert \S+\/server\/tls\/server-ca.crt --cert \S+\/client-admin.crt --key \S+\/client-admin.key https:\/\/127.0.0.1:6443\/api\/v1\/nodes\/a1\?pretty=true$/,
  ],
  [
    "agent",
    /--cacert \S+\/agent\/server-ca.crt --cert \S+\/client-kubelet.crt --key \S+\/client-kubelet.key https:\/\/127.0.0.1:6444\/api\/v1\/nodes\/a1\?pretty=true$/,
  ],
])("a %s asks with its own certificate, past any proxy", (ROLE, asked) => {
  const [line = ""] = set(answering(200), { ROLE }).linesOf("curl");
  expect(line).toMatch(asked);
  expect(line).toContain("--noproxy *");
});

const forbidden = 'nodes \\"a1\\" is forbidden: is not allowed to modify taints';

test.each<[string, number, number, string, string]>([
  ["who asks may not", 403, 77, status(forbidden), forbidden.replaceAll("\\", "")],
  [
    "it is no valid change",
    422,
    65,
    status("Node is invalid: spec.taints: \\n%s"),
    "Node is invalid: spec.taints: \\n%s",
  ],
  [
    "somebody has changed it meanwhile",
    409,
    75,
    status("the object has been modified"),
    "the object has been modified",
  ],
  ["the node is not there", 404, 65, status('nodes \\"a1\\" not found'), 'nodes "a1" not found'],
  ["there is no leader", 500, 69, status("etcdserver: no leader"), "etcdserver: no leader"],
  ["it is not ready", 503, 69, "starting", ""],
])("an API that says that %s (%i) ends it with %i and its reason, once", (_case, code, exit, text, said) => {
  expect(set(answering(code, text))).toMatchObject({
    code: exit,
    stdout: "",
    stderr: `the API says ${code}: ${said}\n`,
  });
});

test.each([7, 28, 58])("an API that is not there (curl ends with %i) ends it with 69", (code) => {
  const outcome = set({ shell: `printf '\\n000'; exit ${code}` });
  expect(outcome).toMatchObject({ code: 69, stdout: "", stderr: "the API does not answer\n" });
});

test.each([`{"a":"it's \\"$(touch pwned)\\" \`touch pwned\` %s \\\\n"}`, "@/etc/passwd", "--output x"])(
  "%s reaches the API as it is, and is no argument of any command",
  (PATCH) => {
    const outcome = set(answering(200), { PATCH });
    expect(outcome.calls.find(({ name }) => name === "curl")?.input).toBe(PATCH);
    expect(outcome.calls.flatMap(({ args }) => args).filter((word) => word.includes(PATCH))).toEqual([]);
  },
);

test("a node that is called oddly is asked for by that name", () => {
  const NODE = "a'1$(touch pwned)`touch pwned`";
  expect(set(answering(200), { NODE }).linesOf("curl")[0]).toContain(`/api/v1/nodes/${NODE}?pretty=true`);
});
