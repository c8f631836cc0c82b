import { chosen, parts, rowOf } from "../../../lab/upgrade/rows";
import { grown, row, upgraded } from "./trials-of";

test.each([
  ["", parts],
  ["3 servers", ["3 servers"]],
  ["web", ["3 servers + 2 agents with a web workload"]],
  ["+1 agent", ["+1 agent on 5 nodes"]],
  ["4 servers", []],
])("--only %p is about the part of that name, or those with it in theirs", (only, expected) => {
  expect(chosen(only)).toEqual(expected);
});

test("a row of another state of the product begins anew, one of this state goes on", () => {
  const rows = [row("3 servers", [upgraded()]), row("+1 agent on 5 nodes", [grown()])];
  expect(rowOf(rows, "3 servers", "c").trials).toHaveLength(1);
  expect(rowOf(rows, "3 servers", "d").trials).toEqual([]);
  expect(rows.map(({ commit }) => commit)).toEqual(["d", "c"]);
});
