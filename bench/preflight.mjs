// Times how long Preflight takes for 5 and for 100 machines that answer on the loopback address: node bench/preflight.mjs
// The servers share this process with the client, so that their work is in the figures, too.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
require(join(root, "tests/providers/from-source.js"));
const { preflight } = require(join(root, "providers/preflight/provider.ts"));
const { fakeMachine, userKey } = require(join(root, "tests/providers/fake-machine.ts"));
const { told } = require(join(root, "tests/providers/preflight/told.ts"));
const { closeAll } = require(join(root, "remote/pool.ts"));

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5, 100];
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const identityFile = join(folder, "key");
writeFileSync(identityFile, userKey(), { mode: 0o600 });
const quiet = Object.assign(() => undefined, { warn: () => undefined });

for (const count of counts) {
  const names = Array.from({ length: count }, (_, index) => `${index < 3 ? "s" : "a"}${index + 1}`);
  const servers = await Promise.all(
    names.map((name) => fakeMachine(name, { probe: told(name) }, { identityFile })),
  );
  const entries = servers.map(({ name, connection }) => [
    name,
    { role: name.startsWith("s") ? "server" : "agent", connection },
  ]);
  const inputs = { cluster: "bench", machines: Object.fromEntries(entries) };
  const start = performance.now();
  const { mistakes = [] } = await preflight.check(inputs, undefined, quiet);
  const seconds = ((performance.now() - start) / 1_000).toFixed(2);
  console.log(`${count} machines: ${seconds} s, ${mistakes.length} mistakes`);
  for (const mistake of mistakes) console.log(mistake);
  await closeAll();
  await Promise.all(servers.map((server) => server.stop()));
}
rmSync(folder, { recursive: true });
