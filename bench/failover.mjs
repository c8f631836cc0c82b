// Disturbs a cluster with a virtual address and tells what its client saw: npm run build && node bench/failover.mjs
// [--trials 30] [--only "host death"]. Writes bench/RESULTS.md and bench/results/failover.json, and goes on where it was.
import { createRequire } from "node:module";
import { join } from "node:path";

const dist = join(import.meta.dirname, "..", "dist");
const { main } = createRequire(import.meta.url)(join(dist, "lab/failover/main.js"));
process.exitCode = await main(process.argv.slice(2));
