import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt } from "../command";
import { Problem } from "../problem";
import { withEvents } from "../stack";
import { withTemporaryFolder } from "../temporary";
import type { Cluster } from "./cluster";
import type { Log } from "./log";
import { type Phase, phasesOf } from "./phases";

/** Runs `pulumi up` to its end, and gives what it says with its times to a log. */
export function toldUp({ lab, stack }: Cluster, log: Log): Promise<{ seconds: number; phases: Phase[] }> {
  return withTemporaryFolder(join(tmpdir(), "events-"), async (folder) => {
    const events = join(folder, "log");
    const words = ["up", "--yes", "--skip-preview", "--color", "never"];
    const { args, env } = withEvents(stack, words, events);
    log.begin();
    const begun = Date.now();
    const { code } = await attempt("pulumi", args, { env, onLine: log.onLine });
    const seconds = (Date.now() - begun) / 1_000;
    if (code !== 0) throw new Problem(`pulumi up failed in ${stack.folder}.`, `Read ${log.file}`);
    return { seconds, phases: phasesOf(readFileSync(events, "utf8"), { cluster: lab.name, roles: {} }) };
  });
}
