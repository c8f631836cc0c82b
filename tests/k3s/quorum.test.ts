import { quorum, removalComplaint } from "../../k3s/quorum";

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
  [7, 4],
])("of %i voters %i must agree", (voters, expected) => {
  expect(quorum(voters)).toBe(expected);
});

test("no step that is allowed leaves fewer than a quorum of the old members, for all sizes up to 7", () => {
  for (let voters = 1; voters <= 7; voters++) {
    const before = Array.from({ length: voters }, (_, index) => `s${index}`);
    for (let staying = 0; staying <= voters; staying++) {
      const refused = removalComplaint(before, before.slice(0, staying)) !== undefined;
      expect([voters, staying, refused]).toEqual([voters, staying, staying < quorum(voters)]);
    }
  }
});

test("the refusal has the numbers and what would be allowed", () => {
  expect(removalComplaint(["a", "b", "c"], ["c"])).toBe(
    "removing a, b at once would leave 1 of 3 voters, and 2 are needed: remove at most 1 at a time",
  );
});

test("a new cluster and added servers are no removal", () => {
  expect(removalComplaint([], ["a"])).toBeUndefined();
  expect(removalComplaint(["a"], ["a", "b", "c"])).toBeUndefined();
});
