import { type Matrix, matrixPage, missing, type Row } from "../../../lab/kills/matrix";

const row = (more: Partial<Row>): Row => ({
  operation: "create",
  boundary: "Node server: done",
  kind: "CLI",
  seconds: 31.4,
  silent: 0.4,
  ...more,
});

const matrix: Matrix = {
  date: "2026-01-02 03:04",
  commit: "abc",
  command: "",
  cores: 2,
  cpu: "some",
  memoryGiB: 8,
  kernel: "6",
  boundaries: {
    create: ["Machine server: done", "Node server: done"],
    destroy: ["Node server: removing the node"],
  },
  rows: [
    row({}),
    row({ kind: "network", silent: 7 }),
    row({ kind: "reboot", failure: "unexpected s1: x", silent: undefined }),
  ],
};

test("what is to be tried are the boundaries without a row of that kind", () => {
  expect(missing(matrix, "create", "CLI")).toEqual(["Machine server: done"]);
  expect(missing(matrix, "create", "provider host")).toHaveLength(2);
  expect(missing(matrix, "destroy", "CLI")).toEqual(["Node server: removing the node"]);
});

test("the page has a cell for each boundary and kind, empty where nothing was tried", () => {
  const page = matrixPage(matrix);
  expect(page).toContain("| boundary | CLI | provider host | network | reboot |");
  expect(page).toContain("| Machine server: done |  |  |  |  |");
  expect(page).toContain("| Node server: done | 31 s |  | 31 s (7 s) | FAILED (> 10 s) |");
  expect(page).toContain('- create, reboot, "Node server: done": unexpected s1: x');
  expect(page.replaceAll("\n", " ")).toContain(
    "3 were tried, 1 did not converge, 1 left a session that worked for more than 10 s",
  );
});
