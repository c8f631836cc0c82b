import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "../console";
import { undoneAtExit } from "./interruption";

/** Who holds a lock. The start time tells a process from a later one that was given the same id. */
interface Holder {
  pid: number;
  started: string;
  folder: string;
}

type Reading = { state: "free" } | { state: "stale" } | { state: "held"; by: Holder };

/** Does the work while no other process on this machine does work under the same lock file. */
export async function locked<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  await acquire(path, what);
  const release = () => rmSync(path, { force: true });
  try {
    return await undoneAtExit(release, work);
  } finally {
    release();
  }
}

async function acquire(path: string, what: string): Promise<void> {
  let told = false;
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    const reading = read(path);
    if (reading.state === "held" && !told) {
      say(`==> waiting: process ${reading.by.pid} (in ${reading.by.folder}) is at work on ${what}`);
      told = true;
    }
    if (reading.state === "stale") takeAway(path);
    if (reading.state !== "free") await sleep(200);
  }
}

/** A link appears at once and with its content, and only where no file is: no reader sees half a lock. */
function take(path: string): boolean {
  const own = `${path}.${process.pid}`;
  const holder: Holder = { pid: process.pid, started: startOf(process.pid) ?? "", folder: process.cwd() };
  writeFileSync(own, JSON.stringify(holder));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes the lock of a process that is no more. Only one process at a time may judge and remove, else
 * a slow one would remove the lock that a quick one has taken since.
 */
function takeAway(path: string): void {
  const judge = `${path}.judge`;
  try {
    writeFileSync(judge, "", { flag: "wx" });
  } catch {
    if (olderThan(judge, 10_000)) rmSync(judge, { force: true });
    return;
  }
  try {
    if (read(path).state === "stale") rmSync(path, { force: true });
  } finally {
    rmSync(judge, { force: true });
  }
}

function read(path: string): Reading {
  try {
    const by: Holder = JSON.parse(readFileSync(path, "utf8"));
    return startOf(by.pid) === by.started ? { state: "held", by } : { state: "stale" };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? { state: "free" } : { state: "stale" };
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return existsWithoutProc(pid) ? "" : undefined;
  }
}

/** Where the system has no /proc, a process that exists is taken for the holder. */
function existsWithoutProc(pid: number): boolean {
  if (existsSync("/proc/self/stat")) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function olderThan(path: string, milliseconds: number): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > milliseconds;
  } catch {
    return false;
  }
}
