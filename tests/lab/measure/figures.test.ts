import { learnerTicks, median } from "../../../lab/measure/figures";

test.each([
  ["one", [3], 3],
  ["an odd count", [9, 1, 5], 5],
  ["an even count", [4, 1, 3, 2], 2.5],
  ["none", [], Number.NaN],
])("the median of %s", (_, numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

test.each([
  ["no learner", [], 0],
  ["each promoted at its first look", [19.9, 34.9], 2],
  ["one look missed", [19.9, 49.9], 3],
  ["both late by one look", [34.9, 49.9], 3],
])("looks at learners: %s", (_, promotions, expected) => {
  expect(learnerTicks(promotions)).toBe(expected);
});
