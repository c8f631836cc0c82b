import type { Surroundings } from "../measure/surroundings";

export const kinds = ["CLI", "provider host", "network", "reboot"] as const;

/** What a run is stopped by. */
export type Kind = (typeof kinds)[number];

/** What is stopped, and what comes after it: the same again, or the opposite. */
export const operations = ["create", "destroy", "destroy, then create"] as const;

export type Operation = (typeof operations)[number];

export type Stopped = "create" | "destroy";

export function stoppedIn(operation: Operation): Stopped {
  return operation === "create" ? "create" : "destroy";
}

/** One trial: a run that was stopped at a boundary, and what became of it. */
export interface Row {
  operation: Operation;
  boundary: string;
  kind: Kind;
  /** Why the next run did not converge; absent where it did. */
  failure?: string;
  /** Seconds that the next run took. */
  seconds: number;
  /** Seconds from the end of the stopped run to the end of its last session; absent where one went on for 10 s. */
  silent?: number;
}

/** All that is known of one state of the product. */
export interface Matrix extends Surroundings {
  boundaries: Record<Stopped, string[]>;
  rows: Row[];
}

/** The trials of an operation that are still to be made. */
export function missing({ boundaries, rows }: Matrix, operation: Operation, kind: Kind): string[] {
  const tried = rows.filter((row) => row.operation === operation && row.kind === kind);
  return boundaries[stoppedIn(operation)].filter(
    (boundary) => !tried.some((row) => row.boundary === boundary),
  );
}

/** The page that is committed: a line for each boundary, a column for each way to stop a run. */
export function matrixPage(matrix: Matrix): string {
  const { date, commit, cores, cpu, memoryGiB, kernel, rows } = matrix;
  const tried = rows.length;
  const failed = rows.filter(({ failure }) => failure !== undefined);
  const lasting = rows.filter(({ silent }) => silent === undefined);
  return `# Runs that are stopped at every step

Made by \`npm run campaign K01\` to \`K12\` on ${date} UTC of commit ${commit}, on ${cores} cores (${cpu}),
${memoryGiB} GiB, Linux ${kernel}; client, mirror and all machines share them. A cluster of one server and one agent.

A run that nobody disturbs writes the engine's log; every step that a resource tells there, and every resource that is
done, is a boundary. At each one a run is stopped: the CLI or the provider host by SIGKILL, the network between all
machines and everybody else by a cut that lasts until the run has given up, the machine by a power cut. Then
\`pulumi cancel\` where the CLI was killed, and the same command again, once, or \`up\` after a \`destroy\`: that must end as
a run that nobody disturbed, with the same files, units, nodes and members, and an empty preview, or, after \`destroy\`,
with the machines as they were before the first \`up\`.

A cell says how long the next run took; in brackets how long after the stopped run's end its last session was still at
work on a machine, where that was more than a second. An empty cell was not tried. ${tried} were tried, ${failed.length} did not
converge, ${lasting.length} left a session that worked for more than 10 s.

${operations.map((operation) => `## ${operation}\n\n${table(matrix, operation)}\n`).join("\n")}${failures(rows)}`;
}

function table({ boundaries, rows }: Matrix, operation: Operation): string {
  const cell = (boundary: string, kind: Kind) => {
    const row = rows.find(
      (one) => one.operation === operation && one.boundary === boundary && one.kind === kind,
    );
    return row ? outcome(row) : "";
  };
  const lines = boundaries[stoppedIn(operation)].map((boundary) => [
    boundary,
    ...kinds.map((kind) => cell(boundary, kind)),
  ]);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;
  return [["boundary", ...kinds], ["---", ...kinds.map(() => "---")], ...lines].map(line).join("\n");
}

function outcome({ failure, seconds, silent }: Row): string {
  const lasting = silent === undefined ? " (> 10 s)" : silent > 1 ? ` (${silent.toFixed(0)} s)` : "";
  return `${failure === undefined ? `${seconds.toFixed(0)} s` : "FAILED"}${lasting}`;
}

function failures(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ operation, kind, boundary, failure }) =>
    failure === undefined ? [] : [`- ${operation}, ${kind}, "${boundary}": ${failure}\n`],
  );
  return lines.length > 0 ? `\n## What did not converge\n\n${lines.join("")}` : "";
}
