import { type Answer, type Outcome, type StubMachine, stubMachine } from "./harness";

const reasons = [
  "unit not active",
  "node not Ready",
  "token file not written",
  "token not complete",
  "token not accepted",
  "/readyz not ok",
  "not a voter of etcd yet",
];

const data = "/var/lib/rancher/k3s";
const token = `K10${"0a".repeat(32)}::server:s3cret`;

function row(status: string, name = "s1"): string {
  return `{"kind":"Table","rows":[{"cells":["${name}","${status}","control-plane,etcd","5m","v1.33.3+k3s1"]}]}`;
}

function member(name: string, more = ""): string {
  return `{"ID":"1","name":"${name}","peerURLs":["https://10.0.0.1:2380"],"clientURLs":["https://10.0.0.1:2379"]${more}}`;
}

function members(...list: string[]): string {
  return `{"header":{"cluster_id":"1","member_id":"2","raft_term":"3"},"members":[${list.join(",")}]}`;
}

interface Signs {
  /** The signs that do not show. */
  missing?: string[];
  row?: Answer;
  members?: string;
  token?: string;
}

function server({ missing = [], ...signs }: Signs = {}): StubMachine {
  const lacks = (reason: string) => missing.includes(reason);
  const machine = stubMachine();
  unit(machine, "k3s", lacks("unit not active") ? 3 : 0);
  const learner = lacks("not a voter of etcd yet") ? ',"isLearner":true' : "";
  machine.stub("curl", {
    "*https://127.0.0.1:6443/api/v1/nodes/*?pretty=false":
      signs.row ?? row(lacks("node not Ready") ? "NotReady" : "Ready"),
    "*https://127.0.0.1:6443/v1-k3s/readyz": {
      shell: `input; printf ${lacks("token not accepted") ? 401 : 403}`,
    },
    "*https://127.0.0.1:6443/readyz": lacks("/readyz not ok") ? "[-]etcd failed" : "ok",
    "*https://127.0.0.1:2382/v3/cluster/member/list":
      signs.members ?? members(member("s1-0123abcd", learner)),
  });
  machine.write(`${data}/server/db/etcd/name`, "s1-0123abcd");
  machine.write("/etc/rancher/k3s/config.yaml", "node-name: s1\nserver: https://10.0.0.1:6443\n");
  if (lacks("token file not written")) return machine;
  machine.write(
    `${data}/server/token`,
    `${lacks("token not complete") ? "s3cret" : (signs.token ?? token)}\n`,
  );
  return machine;
}

function unit(machine: StubMachine, name: string, active: Answer | Answer[], restarts = 0): void {
  machine.stub("systemctl", {
    [`is-active --quiet ${name}`]: active,
    [`show -p NRestarts --value ${name}`]: `${restarts}\n`,
  });
}

function look(machine: StubMachine, variables: Record<string, string> = {}): Outcome {
  return machine.run("node-ready", {
    ROLE: "server",
    NODE: "s1",
    RESTARTS: "3",
    SEEN: "",
    PATIENCE: "20",
    ...variables,
  });
}

test("a server that shows every sign is ready, and nothing is said", () => {
  expect(look(server())).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test.each(reasons)("%s: a server that lacks only that is not ready", (reason) => {
  expect(look(server({ missing: [reason] }))).toMatchObject({ code: 75, stderr: `${reason}\n` });
});

test.each(reasons.map((reason, index) => [reason, reasons.slice(index)] as const))(
  "%s: told before what comes after it",
  (reason, missing) => {
    expect(look(server({ missing: [...missing] }))).toMatchObject({ code: 75, stderr: `${reason}\n` });
  },
);

test.each<[string, number, Answer]>([
  ["Ready", 0, row("Ready")],
  ["Ready and cordoned", 0, row("Ready,SchedulingDisabled")],
  ["NotReady", 75, row("NotReady")],
  ["NotReady and cordoned", 75, row("NotReady,SchedulingDisabled")],
  ["Unknown", 75, row("Unknown")],
  ["in a state that only begins with Ready", 75, row("ReadyOrNot")],
  ["another one whose name begins the same", 75, row("Ready", "s10")],
  ["another one whose name ends the same", 75, row("Ready", "as1")],
  ["not known yet", 75, '{"kind":"Status","status":"Failure","reason":"NotFound","code":404}'],
  ["not to be asked for", 75, 7],
])("a node that is %s: exit %i", (_, code, answer) => {
  expect(look(server({ row: answer })).code).toBe(code);
});

test.each([
  ["s.1", 0],
  ["sx1", 75],
])("the row of %s, where s.1 is waited for: exit %i", (name, code) => {
  expect(look(server({ row: row("Ready", name) }), { NODE: "s.1" }).code).toBe(code);
});

test.each([
  ["votes among learners", 0, members(member("s2-1", ',"isLearner":true'), member("s1-0123abcd"))],
  ["learns among voters", 75, members(member("s2-1"), member("s1-0123abcd", ',"isLearner":true'))],
  ["is not listed, while one that was here before is", 75, members(member("s1-99999999"))],
  ["is not listed by name yet", 75, members(member("", ',"isLearner":true'), member(""))],
  ["may not ask yet", 75, '{"error":"etcdserver: rpc not supported for learner","code":14}'],
])("a member that %s: exit %i", (_, code, list) => {
  expect(look(server({ members: list })).code).toBe(code);
});

test("a server whose etcd has no name yet is no voter", () => {
  const machine = server({ members: members(member("")) });
  machine.write(`${data}/server/db/etcd/name`, "");
  expect(look(machine).stderr).toBe("not a voter of etcd yet\n");
});

test.each([
  ["began a cluster", 75, "cluster-init: true\n"],
  ["joined one", 75, "server: https://10.0.0.1:6443\n"],
  ["keeps its state in a database", 0, "datastore-endpoint: postgres://db\n"],
  ["keeps its state in a file", 0, ""],
])("a server that %s needs a vote, or does not: exit %i", (_, code, config) => {
  const machine = server({ members: members() });
  machine.write("/etc/rancher/k3s/config.yaml", `node-name: s1\n${config}`);
  expect(look(machine).code).toBe(code);
});

test("a reason that was seen is told again only after the patience", () => {
  const outcome = look(server({ missing: ["/readyz not ok"] }), { SEEN: "/readyz not ok", PATIENCE: "7" });
  expect(outcome).toMatchObject({ code: 75, stderr: "/readyz not ok\n" });
  expect(outcome.linesOf("sleep")).toHaveLength(7);
});

test("a reason that differs from the seen one is told at once", () => {
  const outcome = look(server({ missing: ["/readyz not ok"] }), { SEEN: "node not Ready" });
  expect(outcome.linesOf("sleep")).toEqual([]);
});

test("a node that becomes ready during the wait is ready", () => {
  const machine = server();
  unit(machine, "k3s", [3, 3, 0]);
  const outcome = look(machine, { SEEN: "unit not active" });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.linesOf("sleep")).toHaveLength(2);
});

test.each([
  ["down after five restarts fails", 3, 5, 1, "the unit ends again and again\n"],
  ["down after two restarts is waited for", 3, 2, 75, "unit not active\n"],
  ["up after many restarts is waited for", 0, 50, 75, "node not Ready\n"],
])("a unit that is %s", (_, active, restarts, code, stderr) => {
  const machine = server({ missing: ["node not Ready"] });
  unit(machine, "k3s", active, restarts);
  expect(look(machine)).toMatchObject({ code, stderr });
});

test.each([
  [token, 'user = "server:s3cret"\n'],
  [token.replace("s3cret", 'a"b\\c$(id)'), 'user = "server:a\\"b\\\\c$(id)"\n'],
])("the password of %s reaches curl as it is, and not as an argument of any command", (text, input) => {
  const { calls } = look(server({ token: text }));
  const password = text.slice(text.lastIndexOf(":") + 1);
  expect(calls.map((call) => call.input).filter(Boolean)).toEqual([input]);
  expect(calls.flatMap(({ args }) => args).filter((word) => word.includes(password))).toEqual([]);
});

function agent(active: number, answer: Answer): StubMachine {
  const machine = stubMachine();
  unit(machine, "k3s-agent", active);
  machine.stub("curl", { "*https://127.0.0.1:6444/api/v1/nodes/a1?pretty=false": answer });
  return machine;
}

test.each<[string, number, Answer, number, string]>([
  ["is Ready", 0, row("Ready", "a1"), 0, ""],
  ["is NotReady", 0, row("NotReady", "a1"), 75, "node not Ready\n"],
  ["has no connection", 0, 56, 75, "node not Ready\n"],
  ["has no active unit", 3, row("Ready", "a1"), 75, "unit not active\n"],
])("an agent that %s", (_, active, answer, code, stderr) => {
  expect(look(agent(active, answer), { ROLE: "agent", NODE: "a1" })).toMatchObject({ code, stderr });
});

test.each([
  [
    "Waiting to retrieve agent configuration; server is not ready: Node password rejected, duplicate hostname",
    "the cluster knows its name by another password\n",
  ],
  ["Waiting to retrieve agent configuration; server is not ready: 503", "unit not active\n"],
])("an agent that the cluster does not let in says so: %s", (line, stderr) => {
  const machine = agent(3, row("Ready", "a1"));
  machine.stub("journalctl", { "*-u k3s-agent*": `${line}\nanother line\n` });
  expect(look(machine, { ROLE: "agent", NODE: "a1" })).toMatchObject({ code: 75, stderr });
});

test("an agent asks with its kubelet's certificate, a server with the administrator's", () => {
  const asked = (outcome: Outcome) => outcome.linesOf("curl")[0] ?? "";
  const ofAgent = asked(look(agent(0, row("Ready", "a1")), { ROLE: "agent", NODE: "a1" }));
  expect(ofAgent).toMatch(/--cacert \S+\/agent\/server-ca.crt --cert \S+\/agent\/client-kubelet.crt /);
  expect(asked(look(server()))).toMatch(
    /--cacert \S+\/tls\/server-ca.crt --cert \S+\/tls\/client-admin.crt /,
  );
});
