import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withVariables } from "../../remote/quote";
import { script } from "../../remote/script";
import { reading } from "../../remote/wrap";
import { until } from "../until";
import { stubMachine } from "./harness";
import { alone, holderOf } from "./held";

const file = "/run/k3s-cluster.lock";
const given = { OWNER: "ann@desk $(id) `id`", SILENCE: "15" };

jest.setTimeout(30_000);

const running: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), "lock-"));
const lock = join(folder, "lock");

afterEach(async () => {
  const ends = running.splice(0).map(async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const end = once(child, "exit");
    child.stdin?.end();
    await end;
  });
  await Promise.all(ends);
});

afterAll(() => rmSync(folder, { recursive: true }));

function lockable() {
  const machine = stubMachine();
  machine.write("/run/other", "");
  machine.stub("kill", { "*": 0 });
  return machine;
}

/** On this machine, with a lock of its own. */
function holder(variables: Record<string, string>) {
  const text = script("hold-lock").text.replace(file, lock);
  const child = spawn("dash", ["-s"], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
  running.push(child);
  child.stdin.write(reading(withVariables(text, variables), "mark"));
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  let said = "";
  const holds = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      // Before that, the shell reads all that it can have.
      if (said === "") child.stdin.write("\n");
      said += chunk;
      if (said.endsWith("held\n")) resolve();
    });
  });
  return { child, ended, holds, said: () => said.replace("mark\n", "") };
}

test("holds the lock until its input ends, and leaves nothing", () => {
  const machine = lockable();
  expect(machine.run("hold-lock", given, "\n\n\n")).toMatchObject({ code: 0, stdout: "held\n", stderr: "" });
  expect(machine.has(file)).toBe(false);
});

test("where another holds it, says who, for how long, and when that one was heard of", async () => {
  const first = holder(given);
  await first.holds;
  const second = holder({ ...given, OWNER: "bob@home" });
  expect(await second.ended).toEqual([75, null]);
  expect(second.said()).toMatch(/^owner=ann@desk \$\(id\) `id`\nfor=\d+\nheard=\d+\n$/);
  expect(existsSync(lock)).toBe(true);
  first.child.stdin?.end();
  expect(await first.ended).toEqual([0, null]);
  expect(existsSync(lock)).toBe(false);
  const third = holder({ ...given, OWNER: "bob@home" });
  await third.holds;
  expect(third.said()).toBe("held\n");
});

test("one who is not heard of any more loses it, and ends", async () => {
  const silent = holder({ ...given, SILENCE: "2" });
  await silent.holds;
  expect(await silent.ended).toEqual([null, "SIGKILL"]);
  expect(existsSync(lock)).toBe(false);
});

test("one who is killed loses it at once", async () => {
  const killed = holder(given);
  await killed.holds;
  process.kill(-(killed.child.pid ?? 0), "SIGKILL");
  await killed.ended;
  // What it had started ends with it, and not in the same moment.
  spawnSync("flock", ["-w", "5", lock, "true"]);
  const next = holder(given);
  await next.holds;
  expect(next.said()).toBe("held\n");
});

test("one whose shell is killed loses it soon, and takes it from nobody who has it by then", async () => {
  const killed = holder(given);
  await killed.holds;
  const pid = killed.child.pid ?? 0;
  process.kill(holderOf(pid), "SIGKILL");
  await killed.ended;
  rmSync(lock);
  const next = holder({ ...given, OWNER: "bob@home" });
  await next.holds;
  await until("nothing is left of it", () => alone(pid));
  expect(readFileSync(lock, "utf8")).toContain("owner=bob@home\n");
});

test("another that gives it back meanwhile is told, and nothing of it", () => {
  const machine = lockable();
  machine.write(file, "owner=bob\nsince=1\n");
  machine.stub("flock", { "*": 1 });
  machine.stub("stat", { "*": 1 });
  expect(machine.run("hold-lock", given, "\n")).toMatchObject({ code: 75, stdout: "", stderr: "" });
});

test("nobody but root reads who holds it", async () => {
  const machine = lockable();
  machine.stub("touch", { "*": { shell: 'stat -c %a "$1" >&2' } });
  expect(machine.run("hold-lock", given, "\n\n").stderr).toBe("600\n");
});
