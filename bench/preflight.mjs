// Times how long Preflight takes for 5 and for 100 machines that answer on the loopback address: node bench/preflight.mjs
// The servers share this process with the client, so that their work is in the figures, too.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
require(join(root, "tests/providers/from-source.js"));
const { preflight } = require(join(root, "providers/preflight/provider.ts"));
const { fleet } = require(join(root, "tests/providers/preflight/fleet.ts"));
const { good } = require(join(root, "tests/providers/preflight/scene.ts"));
const { closeAll } = require(join(root, "remote/pool.ts"));

for (const count of [5, 100]) {
  const servers = fleet();
  const machines = {};
  for (let number = 1; number <= count; number++) {
    const name = `${number <= 3 ? "s" : "a"}${number}`;
    const facts = { ...good(name), time: [String(Math.round(Date.now() / 1_000))] };
    const stdout = Object.entries(facts).flatMap(([key, values]) =>
      values.map((value) => `${key}=${value}\n`),
    );
    const { connection } = await servers.machine(name, { stdout: stdout.join("") });
    machines[name] = { role: number <= 3 ? "server" : "agent", connection };
  }
  const start = performance.now();
  const failures = await preflight.check({ cluster: "bench", machines }, undefined, () => undefined);
  console.log(
    `${count} machines: ${((performance.now() - start) / 1_000).toFixed(2)} s, ${failures.length} failures`,
  );
  for (const failure of failures) console.log(failure);
  await closeAll();
  await servers.stop();
}
