import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { attempt, command } from "../command";
import { type Phase, phase } from "../console";
import { cacheFolder } from "../folders";
import { Problem } from "../problem";
import { findOnPath } from "../tools/host";
import { installPackages, requireDebianRoot } from "../tools/install";
import { keepMachinesApart, raiseKernelLimits } from "./kernel";

const oldestEngine = [20, 10] as const;

/** Makes sure that a container engine answers and that the kernel can carry a lab of machines. */
export async function ensureEngine(): Promise<void> {
  requireLinux();
  await keepMachinesApart();
  if (!(await engineAnswers())) {
    await ensureInstalled();
    if (!(await engineAnswers())) await phase("starting the container engine", "3 s", startEngine);
  }
  await requireVersion();
  await ensureSshClient();
  raiseKernelLimits();
}

/** The engine's version, or nothing when no engine answers. */
export async function engineVersion(): Promise<string | undefined> {
  const { code, stdout } = await attempt("docker", ["version", "-f", "{{.Server.Version}}"]);
  return code === 0 ? stdout.trim() : undefined;
}

/** Why an engine's version will not do, or nothing. */
export function versionComplaint(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const recent = major > oldestEngine[0] || (major === oldestEngine[0] && minor >= oldestEngine[1]);
  return recent
    ? undefined
    : `Docker ${version} is too old: the lab needs ${oldestEngine.join(".")} or newer.`;
}

async function engineAnswers(): Promise<boolean> {
  return (await engineVersion()) !== undefined;
}

function requireLinux(): void {
  if (process.platform === "linux") return;
  throw new Problem(
    `The lab runs on Linux only: on ${process.platform} the container engine lives in a virtual machine, and the addresses of its containers cannot be reached from here.`,
    "Run this inside a Linux virtual machine (2 cores, 8 GiB of memory), for example with Lima or Multipass.",
  );
}

async function requireVersion(): Promise<void> {
  const complaint = versionComplaint((await engineVersion()) ?? "0");
  if (complaint) throw new Problem(complaint, "Upgrade the docker engine, then run this again.");
}

async function ensureInstalled(): Promise<void> {
  if (await findOnPath("dockerd")) return;
  requireDebianRoot(
    "No container engine answers, and none is installed.",
    "Install and start Docker 20.10 or newer",
  );
  await installPackages(["docker.io", "iptables"], "40 s");
}

/** The lab calls `ssh` and the image is made by mmdebstrap: both are small and often missing. */
export async function ensureSshClient(): Promise<void> {
  if (await findOnPath("ssh")) return;
  requireDebianRoot("There is no ssh client.", "Install an OpenSSH client");
  await installPackages(["openssh-client"], "10 s");
}

async function startEngine({ progress }: Phase): Promise<void> {
  requireDebianRoot(
    "The container engine is installed but does not answer.",
    "Start it (systemctl start docker)",
  );
  const log = cacheFolder("dockerd.log");
  if (existsSync("/run/systemd/system")) await command("systemctl", ["start", "docker"]);
  else startByHand(log);
  const deadline = Date.now() + 60_000;
  while (!(await engineAnswers())) {
    progress("waiting for its answer");
    if (Date.now() > deadline)
      throw new Problem(`The container engine did not start: ${lastError(log)}`, `Read ${log}.`);
    await pause(250);
  }
}

/** An engine that was killed leaves these behind, and refuses to start once another process has its number. */
const pidFiles = { dockerd: "/run/docker.pid", containerd: "/run/docker/containerd/containerd.pid" };

function startByHand(log: string): void {
  for (const [program, file] of Object.entries(pidFiles)) {
    if (existsSync(file) && !runs(program, readFileSync(file, "utf8").trim())) rmSync(file);
  }
  mkdirSync(cacheFolder(), { recursive: true });
  const output = openSync(log, "w");
  spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] }).unref();
}

function runs(program: string, pid: string): boolean {
  const name = `/proc/${pid}/comm`;
  return existsSync(name) && readFileSync(name, "utf8").trim() === program;
}

function lastError(log: string): string {
  if (!existsSync(log)) return "see journalctl -u docker";
  const lines = readFileSync(log, "utf8").trim().split("\n");
  return lines.findLast((line) => /fatal|failed|error/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
}
