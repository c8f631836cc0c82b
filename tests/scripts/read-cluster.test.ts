import { type Answer, type StubMachine, stubMachine } from "./harness";

const files = {
  kubeconfig: ["/etc/rancher/k3s/k3s.yaml", "apiVersion: v1\nusers:\n- name: it's $(id)\n"],
  ca: [
    "/var/lib/rancher/k3s/server/tls/server-ca.crt",
    `-----BEGIN CERTIFICATE-----\n${"x".repeat(4_000)}\n`,
  ],
  token: ["/var/lib/rancher/k3s/server/token", "K10ab::server:s3cret\n"],
  agentToken: ["/var/lib/rancher/k3s/server/agent-token", "K10ab::node:agent-s3cret\n"],
} as const;

const namespace = `{
  "kind": "Namespace",
  "metadata": {
    "name": "kube-system",
    "uid": "0b5e1d9e-8a8c-4a5b-9f0c-1d2e3f405162",
    "ownerReferences": [{ "uid": "another" }]
  }
}
`;

function server(answer: Answer, without = ""): StubMachine {
  const machine = stubMachine();
  machine.stub("curl", { "*https://127.0.0.1:6443/api/v1/namespaces/kube-system": answer });
  for (const [name, [file, text]] of Object.entries(files)) {
    if (name !== without) machine.write(file, text);
  }
  return machine;
}

function decoded(stdout: string): Record<string, string> {
  const lines = stdout.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", value = ""] = line.split(/=(.*)/);
      return [name, Buffer.from(value, "base64").toString()];
    }),
  );
}

test("what others need comes whole, a line each", () => {
  const outcome = server(namespace).run("read-cluster");
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(decoded(outcome.stdout)).toEqual({
    kubeconfig: files.kubeconfig[1],
    ca: files.ca[1],
    token: files.token[1],
    agentToken: files.agentToken[1],
    id: "0b5e1d9e-8a8c-4a5b-9f0c-1d2e3f405162\n",
  });
});

test("an answer without line breaks holds the identity, too", () => {
  const { stdout } = server('{"metadata":{"name":"kube-system","uid":"0b5e"},"spec":{}}').run("read-cluster");
  expect(decoded(stdout).id).toBe("0b5e\n");
});

test.each<[string, Answer]>([
  ["is not there", 7],
  ["says something else", '{"kind":"Status","status":"Failure","code":403}'],
])("an API that %s ends it with 69, not with an empty identity", (_, answer) => {
  const outcome = server(answer).run("read-cluster");
  expect(outcome.code).toBe(69);
  expect(outcome.stderr).toContain("the API does not tell the identity of kube-system");
});

test.each(Object.keys(files))("a server without its %s is an error, not an empty value", (name) => {
  expect(server(namespace, name).run("read-cluster").code).not.toBe(0);
});

test("tokens are in no argument of any command", () => {
  const { calls } = server(namespace).run("read-cluster");
  expect(calls.flatMap(({ args }) => args).filter((word) => /s3cret|K10/.test(word))).toEqual([]);
});
