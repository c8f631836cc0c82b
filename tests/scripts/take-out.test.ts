import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withVariables } from "../../remote/quote";
import { script } from "../../remote/script";
import { reading } from "../../remote/wrap";
import { until } from "../until";
import { type Answer, type Outcome, type StubMachine, stubMachine } from "./harness";
import { alone, holderOf } from "./held";

const header = "# pxname,svname,scur,status,check_status";
const done = "http://localhost/stats;st=DONE";
const up = (server: string, connections = 0, backend = "ready") =>
  `${backend},${server},${connections},UP,L7OK`;
const both = [up("s1"), up("s1", 0, "alive"), up("s2"), up("s2", 0, "alive"), "ready,BACKEND,0,UP,"];

const given = { OWNER: "prod/lb1", SERVER: "s1", MOMENT: "3", SILENCE: "8" };

interface Situation {
  /** What HAProxy tells of its servers, one time after the other; or whatever it answers in place of that. */
  rows?: (string[] | Answer)[];
  /** What it says of the command to drain, and of that to have it again. */
  drain?: Answer;
  ready?: Answer | Answer[];
  machine?: StubMachine;
}

function takeOut({
  rows = [both],
  drain = done,
  ready = done,
  machine = balancer(),
}: Situation = {}): Outcome {
  const own = `-s --max-time 2 --unix-socket ${machine.path("/run/haproxy-k3s/health.sock")} http://localhost`;
  const command = (backend: string, action: string) =>
    `-s --max-time 2 -o /dev/null -w %{redirect_url} --unix-socket ${machine.path("/run/haproxy-k3s/health.sock")} ` +
    `-d s=s1&b=${backend}&action=${action} http://localhost/stats`;
  machine.stub("curl", {
    [`${own}/stats;csv`]: rows.map((turn) => (Array.isArray(turn) ? page(...turn) : turn)),
    [command("ready", "drain")]: drain,
    [command("alive", "drain")]: done,
    [command("*", "shutdown")]: done,
    [command("*", "ready")]: ready,
  });
  return machine.run("take-out", given, "\n\n");
}

function page(...rows: string[]): string {
  return [header, ...rows].map((row) => `${row}\n`).join("");
}

const timing = `    timeout connect 750ms
    timeout check 600ms
    default-server inter 750ms fastinter 250ms downinter 1000ms
    default-server fall 2 rise 2
`;

function balancer(): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/haproxy-k3s/owner", "prod/lb1");
  machine.write("/etc/haproxy-k3s/haproxy.cfg", timing);
  machine.write("/run/haproxy-k3s/servers", "1\n");
  // Who listens whether somebody is heard ends, since nobody is heard here.
  machine.stub("kill", { "-0 *": { shell: 'kill "$PPID"' }, "*": 0 });
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

test("waits until it is in again, as long as that may take, and says what keeps it out", () => {
  const down = ["ready,s1,0,DOWN,L7STS", up("s2")];
  const back = takeOut({ rows: [both, both, down, 28, both] });
  expect(back).toMatchObject({ code: 0, stderr: "" });
  expect(pauses(back)).toBe(2);
  const out = takeOut({ rows: [both, both, down] });
  expect(out).toMatchObject({ code: 75, stderr: "s1 is not in again: ready DOWN L7STS\n" });
  // Ten seconds, and twice 1 s for the wait, 0.75 s to connect and 0.6 s for the answer.
  expect(pauses(out)).toBe(14);
});

test("HAProxy is told to have it again until it hears", () => {
  const outcome = takeOut({ ready: ["http://localhost/stats;st=ERRP", 28, done] });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(told(outcome).filter((action) => action.startsWith("ready"))).toEqual([
    ...["ready ready", "ready alive", "ready ready", "ready alive"],
  ]);
});

test("what an HAProxy does not tell is not taken for well", () => {
  const outcome = takeOut({ rows: [both, both, 28] });
  expect(outcome.code).toBe(75);
  for (const nothing of [28, "<html>503 Service Unavailable</html>"])
    expect(takeOut({ rows: [nothing] })).toMatchObject({ code: 69, stderr: "HAProxy does not answer\n" });
});

test("what a run has left that was cut off on this machine, is let in again", () => {
  const machine = balancer();
  machine.write("/run/haproxy-k3s/out-s1", "");
  const drained = ["ready,s1,0,DRAIN,L7OK", up("s2")];
  const outcome = takeOut({ machine, rows: [drained, drained, both] });
  expect(told(outcome)).toEqual(["drain ready", "ready ready"]);
});

jest.setTimeout(30_000);

/** On this machine, in front of an HAProxy that only writes down what it is told; killed with all that it started. */
async function out(connections = 0) {
  const folder = mkdtempSync(join(tmpdir(), "take-out-"));
  const log = join(folder, "log");
  const mark = join(folder, "out-s1");
  writeFileSync(join(folder, "page"), page(up("s1", connections), up("s2")));
  writeFileSync(join(folder, "owner"), given.OWNER);
  writeFileSync(
    join(folder, "curl"),
    `#!/bin/sh
echo "$*" >>'${log}'
case $* in *csv) cat '${folder}/page' ;; *) echo '${done}' ;; esac
`,
  );
  chmodSync(join(folder, "curl"), 0o755);
  const text = script("take-out")
    .text.replaceAll("/etc/haproxy-k3s", folder)
    .replaceAll("/run/haproxy-k3s", folder);
  const child = spawn("dash", ["-s"], {
    detached: true,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  });
  const ended = once(child, "exit");
  let words = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    words += chunk;
  });
  child.stdin.on("error", () => undefined).write(reading(withVariables(text, given), "mark"));
  // Before that, the shell reads all that it can have.
  await until("it has begun", () => words !== "");
  child.stdin.write("\n");
  const pid = child.pid ?? 0;
  const said = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const held = () => until("it is held", () => words.endsWith("held\n"));
  const end = () => {
    child.stdin.end();
    rmSync(folder, { recursive: true });
  };
  return { ...{ child, ended, mark, said, held, end }, alone: () => alone(pid), holder: () => holderOf(pid) };
}

test("one that nobody hears any more lets it in, also before it has said that it is out", async () => {
  const { child, ended, mark, said, end } = await out(1);
  await until("it is drained", () => said().includes("action=drain"));
  child.stdout.destroy();
  child.stdin.end();
  await ended;
  expect(said()).toContain("b=ready&action=ready");
  expect(existsSync(mark)).toBe(false);
  end();
});

test("one that is killed lets it in, too", async () => {
  const { ended, mark, said, held, holder, alone, end } = await out();
  await held();
  process.kill(holder(), "SIGKILL");
  await ended;
  await until("nothing is left of it", alone);
  expect(said()).toContain("b=ready&action=ready");
  expect(existsSync(mark)).toBe(false);
  end();
});

test("one that is killed leaves it out where another run has taken it out since", async () => {
  const { ended, mark, said, held, holder, alone, end } = await out();
  await held();
  process.kill(holder(), "SIGKILL");
  writeFileSync(mark, "1\n");
  await ended;
  await until("nothing is left of it", alone);
  expect(said()).not.toContain("action=ready");
  expect(existsSync(mark)).toBe(true);
  end();
});

test.each([
  ["the only one that is in", [up("s1"), "ready,s2,0,DOWN,L4CON"], "no other server is in here"],
  ["alone", [up("s1")], "no other server is in here"],
  [
    "out by somebody's hand",
    ["ready,s1,0,MAINT,L7OK", up("s2")],
    "s1 is not in here, or somebody has taken it out",
  ],
  [
    "drained by somebody's hand",
    ["ready,s1,0,DRAIN,L7OK", up("s2")],
    "s1 is not in here, or somebody has taken it out",
  ],
  ["not known", [up("s2")], "s1 is not in here, or somebody has taken it out"],
])("a server that is %s is left as it is", (_case, rows, why) => {
  const outcome = takeOut({ rows: [rows] });
  expect(outcome).toMatchObject({ code: 75, stdout: "", stderr: `${why}\n` });
  expect(told(outcome)).toEqual([]);
});

test.each(["", "dev/lb1"])("a machine whose HAProxy is that of %j has nothing to do", (owner) => {
  const machine = balancer();
  machine.write("/etc/haproxy-k3s/owner", owner);
  const outcome = takeOut({ machine });
  expect(outcome).toMatchObject({ code: 75, stderr: "no HAProxy of this cluster is here\n" });
  expect(outcome.linesOf("curl")).toEqual([]);
});

test.each<[string, Answer]>([
  ["refuses", "http://localhost/stats;st=DENY"],
  ["does not answer", 28],
])("an HAProxy that %s is told of, and sends it connections again", (_case, drain) => {
  const outcome = takeOut({ drain });
  expect(outcome).toMatchObject({ code: 69, stdout: "" });
  expect(outcome.stderr).toContain(
    "HAProxy does not take the command to drain s1; one from before this release",
  );
  expect(told(outcome)).toEqual(["drain ready", "drain alive", "ready ready", "ready alive"]);
});
