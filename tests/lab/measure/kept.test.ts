import { begun, type Results, rowIn } from "../../../lab/measure/kept";

interface Row {
  part: string;
  commit: string;
  trials: number[];
}

const row = (part: string, commit: string, ...trials: number[]): Row => ({ part, commit, trials });
const inRows = (rows: Row[], fresh: Row) => rowIn(rows, fresh, ({ part }) => part === fresh.part);

test("a row of this state of the product goes on", () => {
  const rows = [row("one", "c", 1), row("other", "c", 2)];
  expect(inRows(rows, row("other", "c"))).toBe(rows[1]);
  expect(rows).toEqual([row("one", "c", 1), row("other", "c", 2)]);
});

test("a row of another state begins anew in its place, and one that is not there is the last", () => {
  const rows = [row("one", "c", 1), row("other", "c", 2)];
  inRows(rows, row("one", "d")).trials.push(3);
  inRows(rows, row("third", "d")).trials.push(4);
  expect(rows).toEqual([row("one", "d", 3), row("other", "c", 2), row("third", "d", 4)]);
});

test("rows without a trial are not kept", () => {
  const results = { commit: "c", rows: [row("one", "c"), row("other", "c", 2)] } as Results<Row>;
  expect(begun(results)).toEqual({ commit: "c", rows: [row("other", "c", 2)] });
});
