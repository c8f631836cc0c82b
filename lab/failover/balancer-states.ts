/** How a balancer has its servers. */
export type States = Record<string, boolean>;

/**
 * Reads an answer to `show servers state`: a line that names the columns, and one for each server of each backend.
 * Where a backend stands in only while nobody is ready, how it has the servers says nothing.
 */
export function statesIn(answer: string, standIn = "alive"): States {
  const lines = answer.split("\n").map((line) => line.trim());
  const columns =
    lines
      .find((line) => line.startsWith("# "))
      ?.slice(2)
      .split(" ") ?? [];
  const at = (cells: string[], column: string) => cells[columns.indexOf(column)] ?? "";
  const servers = lines
    .map((line) => line.split(" "))
    .filter((cells) => /^\d+$/.test(cells[0] ?? "") && cells.length > 5);
  return Object.fromEntries(
    servers
      .filter((cells) => at(cells, "be_name") !== standIn)
      .map((cells) => [at(cells, "srv_name"), at(cells, "srv_op_state") === running]),
  );
}

const running = "2";
