import { type Answer, type Outcome, stubMachine } from "./harness";

interface Situation {
  state?: string;
  restarts?: number;
  mark?: Answer | Answer[];
  /** What HAProxy tells of its servers: proxy, server, up or down, result of the check, code of the answer. */
  rows?: string[] | string[][];
  seen?: string;
}

const header = "# pxname,svname,status,check_status,check_code,last_chk,";

function look({ state = "active", restarts = 0, mark = "5e", rows = [], seen = "" }: Situation): Outcome {
  const machine = stubMachine();
  machine.stub("systemctl", {
    "is-active --quiet haproxy-k3s": state === "active" ? 0 : 3,
    "show -p NRestarts --value haproxy-k3s": `${restarts}\n`,
  });
  const turns = (rows.some(Array.isArray) ? rows : [rows]) as string[][];
  const own = `-s --max-time 2 --unix-socket ${machine.path("/run/haproxy-k3s/health.sock")} http://localhost`;
  machine.stub("curl", {
    [`${own}/mark`]: mark,
    [`${own}/stats;csv`]: turns.map((turn) => [header, ...turn].map((row) => `${row}\n`).join("")),
  });
  return machine.run("haproxy-ready", { UNIT: "haproxy-k3s", MARK: "5e", SEEN: seen, PATIENCE: "20" });
}

const backend = (name: string) => `${name},BACKEND,UP,,,,`;
const front = "kubernetes,FRONTEND,OPEN,,,,";

test.each([
  ["ready", ["ready,s1,UP,L7OK,200,,", "ready,s2,DOWN,L4CON,0,,"]],
  ["ready, and is looked at again", ["ready,s1,UP,L7OK,200,,"]],
  ["not ready, and runs", ["ready,s1,DOWN,L7STS,500,,", "alive,s1,UP,L7OK,200,,"]],
])("an HAProxy is ready that has found a server %s", (_case, rows) => {
  const outcome = look({ rows: [front, ...rows, backend("ready")] });
  expect(outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test.each<[string, string[], string]>([
  ["it has not looked at yet, though it takes them to be in", ["ready,s1,UP,INI,,,"], "s1 INI"],
  [
    "are out, each with its reason",
    ["ready,s1,DOWN,L7STS,401,,", "ready,s2,DOWN,L4CON,0,,"],
    "s1 L7STS 401, s2 L4CON",
  ],
  ["are out and being looked at again", ["ready,s1,DOWN,* L6RSP,,SSL handshake failure,"], "s1 L6RSP"],
  ["are not in for long enough", ["ready,s1,DOWN 1/2,L7OK,200,,"], "s1 L7OK 200"],
  ["neither are ready nor run", ["ready,s1,DOWN,L7TOUT,,,", "alive,s1,DOWN,L7TOUT,,,"], "s1 L7TOUT"],
  ["it does not know", [], "it knows none"],
])("it waits where all servers %s", (_case, rows, list) => {
  expect(look({ rows: [front, ...rows, backend("ready")] })).toMatchObject({
    code: 75,
    stderr: `no server to send connections to: ${list}\n`,
  });
});

test("a reason that was told already is not told again until it changes, or has stood for long", () => {
  const out = ["ready,s1,DOWN,L4CON,0,,"];
  const seen = "no server to send connections to: s1 L4CON";
  expect(look({ rows: [out, out, ["ready,s1,UP,L7OK,200,,"]], seen })).toMatchObject({ code: 0 });
  const stands = look({ rows: out, seen });
  expect(stands).toMatchObject({ code: 75, stderr: `${seen}\n` });
  expect(stands.linesOf("sleep")).toHaveLength(20);
});

test.each<[string, Situation, string]>([
  ["is not active", { state: "activating" }, "unit not active"],
  ["does not answer", { mark: 28 }, "it does not answer"],
  ["runs with something else", { mark: "4d" }, "it goes on with the configuration from before"],
])("one that %s is waited for", (_case, situation, reason) => {
  expect(look(situation)).toMatchObject({ code: 75, stderr: `${reason}\n` });
});

test.each<[string, Situation, string]>([
  ["ends again and again", { state: "activating", restarts: 3 }, "unit not active"],
  ["hangs", { mark: 28, seen: "it does not answer" }, "it does not answer"],
  [
    "does not take what is new",
    { mark: "4d", seen: "it goes on with the configuration from before" },
    "it goes on with the configuration from before",
  ],
])("one that %s is given up", (_case, situation, reason) => {
  const outcome = look(situation);
  expect(outcome).toMatchObject({ code: 1, stderr: `${reason}\n` });
  expect(outcome.linesOf("sleep").length).toBeLessThanOrEqual(10);
});

test("one that has taken what is new after a moment is ready", () => {
  const seen = "it goes on with the configuration from before";
  expect(look({ mark: ["4d", "4d", "5e"], rows: ["ready,s1,UP,L7OK,200,,"], seen }).code).toBe(0);
});
