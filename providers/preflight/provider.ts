import type { Role } from "../../k3s/config";
import { type Connection, connect } from "../connection";
import { script } from "../script";
import type { Resource, Tell } from "../wire";
import { complaints, type Facts, parseFacts } from "./complaints";

export interface Probed {
  role: Role;
  connection: Connection;
}

export interface PreflightInputs {
  cluster: string;
  machines: Record<string, Probed>;
}

export type PreflightOutputs = Record<string, never>;

const patience = 30_000;

/** Looks at every new or changed machine, in a preview as in an update, before any of them is touched. */
export const preflight: Resource<PreflightInputs, PreflightOutputs> = {
  // It looks in every check, and has nothing to do in an update: other machines are no change of it.
  createOnly: ["cluster", "machines"],
  check: async ({ cluster, machines }, old, tell) => {
    const fresh = Object.entries(machines).filter(([name, probed]) => !equal(probed, old?.machines[name]));
    const found = await Promise.all(fresh.map(([name, probed]) => look(cluster, name, probed, tell)));
    const lines = found.flat();
    return lines.length === 0
      ? []
      : [`the machines are not ready for k3s; nothing was changed:\n  ${lines.join("\n  ")}`];
  },
  create: async ({ cluster }) => ({ id: `${cluster}/preflight`, outputs: {} }),
  update: async () => ({}),
};

async function look(
  cluster: string,
  name: string,
  { role, connection }: Probed,
  tell: Tell,
): Promise<string[]> {
  tell(`looking at ${name}`);
  try {
    const text = await connect(name, connection).run(script("probe"), {
      variables: { PORTS: ports(role).join(" ") },
      deadline: patience,
    });
    const facts: Facts = parseFacts(text);
    return complaints(facts, `${cluster}/${name}`).map((complaint) => `${name}: ${complaint}`);
  } catch (error) {
    return [(error as Error).message.replaceAll("\n", " ")];
  }
}

/** What k3s listens on. */
function ports(role: Role): number[] {
  return role === "server" ? [6443, 2379, 2380, 10250] : [6444, 10250];
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
