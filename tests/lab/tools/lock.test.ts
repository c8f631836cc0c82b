import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { locked } from "../../../lab/tools/lock";
import { captureTalk, scratchFolder } from "./scratch";

const folder = scratchFolder();
const said = captureTalk();
const lock = () => join(folder(), "tool.lock");

const ownStart = () => {
  const stat = readFileSync("/proc/self/stat", "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
};

test("the lock is held during the work and gone after it", async () => {
  const result = await locked(lock(), "a tool", async () => existsSync(lock()));
  expect(result).toBe(true);
  expect(readdirSync(folder())).toEqual([]);
});

test("the lock is gone after work that fails", async () => {
  const failed = locked(lock(), "a tool", async () => {
    throw new Error("no");
  });
  await expect(failed).rejects.toThrow("no");
  expect(readdirSync(folder())).toEqual([]);
});

test("work under one lock is done one after another, and who waits says for whom", async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await sleep(50);
    events.push(`${name} ends`);
  };
  await Promise.all([locked(lock(), "pulumi", work("a")), locked(lock(), "pulumi", work("b"))]);
  expect(events).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  expect(said()).toContain(`waiting: process ${process.pid} (in ${process.cwd()}) is at work on pulumi`);
});

test("a lock that another living process holds is waited for", async () => {
  writeFileSync(lock(), JSON.stringify({ pid: process.pid, started: ownStart(), folder: "/another/clone" }));
  const order: string[] = [];
  const waiting = locked(lock(), "pulumi", async () => void order.push("ours"));
  await sleep(100);
  order.push("theirs");
  rmSync(lock());
  await waiting;
  expect(order).toEqual(["theirs", "ours"]);
  expect(said()).toContain("(in /another/clone)");
});

test.each([
  [
    "a process that has ended",
    () => JSON.stringify({ pid: spawnSync("true").pid, started: "1", folder: "/gone" }),
  ],
  [
    "an earlier process with the id of a living one",
    () => JSON.stringify({ pid: process.pid, started: "1", folder: "/gone" }),
  ],
  ["nobody who can be told", () => "not a lock"],
])("the lock of %s is taken over without waiting for it", async (_, content) => {
  writeFileSync(lock(), content());
  expect(await locked(lock(), "a tool", async () => "done")).toBe("done");
  expect(said()).toBe("");
  expect(readdirSync(folder())).toEqual([]);
});

test("many who find a stale lock still work one at a time", async () => {
  writeFileSync(lock(), "not a lock");
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 5 }, () => locked(lock(), "a tool", work)));
  expect(most).toBe(1);
});
