// Upgrades clusters, lets one grow, and tells what a client saw: npm run build && node bench/upgrade.mjs
// [--trials 5] [--only "3 servers"]. Writes bench/upgrade.md and bench/results/upgrade.json, and goes on where it was.
import { createRequire } from "node:module";
import { join } from "node:path";

const dist = join(import.meta.dirname, "..", "dist");
const { main } = createRequire(import.meta.url)(join(dist, "lab/upgrade/main.js"));
process.exitCode = await main(process.argv.slice(2));
