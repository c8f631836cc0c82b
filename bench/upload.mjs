// Times 100 MB, streamed to a machine of the lab over its real sshd: npm run build && node bench/upload.mjs
// The machine takes the file's sum before it puts it in its place, and shares this computer's cores.
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const dist = join(import.meta.dirname, "..", "dist");
const { up, down } = require(join(dist, "lab/machines/lab.js"));
const { manifestFor } = require(join(dist, "lab/machines/manifest.js"));
const { closeAll, machine } = require(join(dist, "remote/pool.js"));
const { parse } = require("yaml");

const size = 100e6;
const rounds = 5;
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const file = join(folder, "content");
const content = randomBytes(size);
writeFileSync(file, content);
const sha256 = createHash("sha256").update(content).digest("hex");

const lab = await up({
  name: `upload-${process.pid}`,
  servers: 1,
  agents: 0,
  spare: 0,
  bastion: false,
  k3s: [],
});
try {
  const { ssh, servers } = parse(manifestFor(lab, "v1.33.3+k3s1"));
  const target = machine("s1", { transport: "ssh", ...ssh, host: servers[0].host });
  await target.hostKey();
  const before = process.memoryUsage().rss;
  const seconds = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await target.upload(file, "/var/tmp/content", { mode: "0600", sha256, deadline: 120_000 });
    seconds.push((performance.now() - start) / 1_000);
  }
  const speeds = seconds.map((each) => Math.round(size / 1e6 / each));
  const grown = Math.round((process.memoryUsage().rss - before) / 1e6);
  console.log(`${speeds.join(", ")} MB/s; ${grown} MB more memory; load ${loadavg()[0].toFixed(1)}`);
} finally {
  await closeAll();
  await down(lab.name);
  rmSync(folder, { recursive: true });
}
