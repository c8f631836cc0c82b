import type { Facts } from "../../../providers/preflight/facts";
import type { Reply } from "../fake-machine";
import { good } from "./scene";

/** What the probe of a machine says that is ready for k3s, but for these facts. */
export function told(name: string, more: Facts = {}): Reply {
  const facts: Facts = { ...good(name), time: [String(Math.round(Date.now() / 1_000))], ...more };
  const lines = Object.entries(facts).flatMap(([key, values]) => values.map((value) => `${key}=${value}\n`));
  return { stdout: lines.join("") };
}
