// Runs one of this repository's commands from a bare clone: it needs nothing but Node, installs the
// npm packages and compiles the sources when they are missing or out of date, then hands over.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const installed = join(root, "node_modules", ".installed-from");
const built = join(root, "dist", ".built-from");

class Problem extends Error {}

async function main([command, ...args]) {
  requireNode();
  await once(installed, packagesDigest(), installPackages);
  await once(built, sourcesDigest(), compile);
  const load = createRequire(import.meta.url);
  await load("../dist/lab/run.js").run(command, args);
}

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    throw new Problem(
      `Node ${process.versions.node} is too old: install Node 20 or newer, then run this again.`,
    );
  }
}

async function once(stamp, digest, make) {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

async function installPackages() {
  say("installing npm packages from package-lock.json (about a minute, once)");
  // Not "npm ci": it refuses a lock file without packages for other platforms, which some mirrors lack.
  await run(
    "npm",
    ["install", "--no-save", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"],
    {
      remedy: "Check that npm reaches its registry and that the disk has room, then run this again.",
    },
  );
}

async function compile() {
  say("compiling TypeScript (about ten seconds, after a change)");
  await run(
    process.execPath,
    [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"],
    {
      remedy: "Correct the errors above, then run this again.",
    },
  );
}

function packagesDigest() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(process.version)
    .digest("hex");
}

function sourcesDigest() {
  const hash = createHash("sha256").update(readFileSync(installed));
  for (const file of sources(root)) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function sources(folder) {
  const skipped = new Set(["node_modules", "dist", "tests", "examples", "docs", "bench"]);
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return skipped.has(entry.name) || entry.name.startsWith(".") ? [] : sources(path);
      return entry.name.endsWith(".ts") || entry.name === "tsconfig.json" ? [path] : [];
    })
    .sort();
}

function run(command, args, { remedy }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
    child.once("error", (error) => reject(new Problem(`${command} could not be started: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else if (signal === "SIGINT" || code === 130)
        reject(new Problem("Interrupted. Run the same command to go on."));
      else reject(new Problem(`${command} ended with ${signal ?? code}. ${remedy}`));
    });
  });
}

function say(line) {
  process.stderr.write(`==> ${line}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(error instanceof Problem ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    process.stderr.write("\nInterrupted. Run the same command to go on.\n");
    process.exit(128 + constants.signals[signal]);
  });
}
