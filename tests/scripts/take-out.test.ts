import { type Answer, type Outcome, type StubMachine, stubMachine } from "./harness";

const header = "# pxname,svname,scur,status,check_status";
const done = "http://localhost/stats;st=DONE";
const up = (server: string, connections = 0, backend = "ready") =>
  `${backend},${server},${connections},UP,L7OK`;
const both = [up("s1"), up("s1", 0, "alive"), up("s2"), up("s2", 0, "alive"), "ready,BACKEND,0,UP,"];

interface Situation {
  /** What HAProxy tells of its servers, one time after the other. */
  rows?: string[][];
  /** What it says of the command to drain. */
  drain?: Answer;
  machine?: StubMachine;
}

function takeOut({ rows = [both], drain = done, machine = balancer() }: Situation = {}): Outcome {
  const own = `-s --max-time 2 --unix-socket ${machine.path("/run/haproxy-k3s/health.sock")} http://localhost`;
  const command = (backend: string, action: string) =>
    `-s --max-time 2 -o /dev/null -w %{redirect_url} --unix-socket ${machine.path("/run/haproxy-k3s/health.sock")} ` +
    `-d s=s1&b=${backend}&action=${action} http://localhost/stats`;
  machine.stub("curl", {
    [`${own}/stats;csv`]: rows.map((turn) => [header, ...turn].map((row) => `${row}\n`).join("")),
    [command("ready", "drain")]: drain,
    [command("alive", "drain")]: done,
    [command("*", "shutdown")]: done,
    [command("*", "ready")]: done,
  });
  const given = { SERVER: "s1", MOMENT: "3", SILENCE: "8", PATIENCE: "2" };
  return machine.run("take-out", given, "\n\n");
}

function balancer(): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/haproxy-k3s/owner", "prod/lb1");
  machine.write("/run/haproxy-k3s/servers", "1\n");
  machine.stub("kill", { "*": 0 });
  return machine;
}

/** What HAProxy was told to do, each with its backend. */
const told = (outcome: Outcome) =>
  outcome.linesOf("curl").flatMap((line) => {
    const [, backend, action] = /b=(\w+)&action=(\w+)/.exec(line) ?? [];
    return action ? [`${action} ${backend}`] : [];
  });

/** Its own, not those of who listens whether somebody is heard. */
const pauses = (outcome: Outcome) => outcome.linesOf("sleep").filter((line) => line === "0.1").length;

test("a server without connections is drained, and let in when nobody wants it out any more", () => {
  const machine = balancer();
  const outcome = takeOut({ machine });
  expect(outcome).toMatchObject({ code: 0, stdout: "held\n", stderr: "" });
  expect(told(outcome)).toEqual(["drain ready", "drain alive", "ready ready", "ready alive"]);
  expect(machine.has("/run/haproxy-k3s/out-s1")).toBe(false);
});

test("connections have a moment to end, and those that stay are closed", () => {
  const busy = [up("s1", 2), up("s2", 5)];
  const ending = takeOut({ rows: [busy, busy, busy, [up("s1"), up("s2", 7)]] });
  expect(told(ending)).toEqual(["drain ready", "ready ready"]);
  const staying = takeOut({ rows: [busy] });
  expect(told(staying)).toEqual(["drain ready", "shutdown ready", "ready ready"]);
  expect(pauses(staying)).toBe(3);
});

test("waits until it is in again, and says what keeps it out", () => {
  const down = ["ready,s1,0,DOWN,L7STS", up("s2")];
  const back = takeOut({ rows: [both, both, both, down, down, both] });
  expect(back).toMatchObject({ code: 0, stderr: "" });
  expect(pauses(back)).toBe(2);
  const out = takeOut({ rows: [both, both, both, down] });
  expect(out).toMatchObject({ code: 75, stderr: "s1 is not in again: ready DOWN L7STS\n" });
});

test.each([
  ["the only one that is in", [up("s1"), "ready,s2,0,DOWN,L4CON"], "no other server is in here"],
  ["alone", [up("s1")], "no other server is in here"],
  [
    "out by somebody's hand",
    ["ready,s1,0,MAINT,L7OK", up("s2")],
    "s1 is not in here, or somebody has taken it out",
  ],
  ["not known", [up("s2")], "s1 is not in here, or somebody has taken it out"],
])("a server that is %s is left as it is", (_case, rows, why) => {
  const outcome = takeOut({ rows: [rows] });
  expect(outcome).toMatchObject({ code: 75, stdout: "", stderr: `${why}\n` });
  expect(told(outcome)).toEqual([]);
});

test("a machine without our HAProxy has nothing to do", () => {
  const machine = stubMachine();
  const outcome = takeOut({ machine });
  expect(outcome).toMatchObject({ code: 75, stderr: "no HAProxy of a cluster is here\n" });
  expect(outcome.linesOf("curl")).toEqual([]);
});

test.each<[string, Answer]>([
  ["refuses", "http://localhost/stats;st=DENY"],
  ["does not answer", 28],
])("an HAProxy that %s is told of, and sends it connections again", (_case, drain) => {
  const outcome = takeOut({ drain });
  expect(outcome).toMatchObject({ code: 69, stdout: "" });
  expect(outcome.stderr).toBe("HAProxy does not take the command to drain s1\n");
  expect(told(outcome)).toEqual(["drain ready", "ready ready", "ready alive"]);
});
