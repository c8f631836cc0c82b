import { roundsFrom, trialsFrom } from "../../../lab/measure/options";

const remedy = "For example: node bench/some.mjs --trials 5";

test("what is not given is as usual", () => {
  expect(trialsFrom([], 5, 99, remedy)).toEqual({ trials: 5, only: "" });
  expect(trialsFrom(["--only", "web", "--trials=7"], 5, 99, remedy)).toEqual({ trials: 7, only: "web" });
  expect(roundsFrom([], 3, 99, remedy)).toBe(3);
  expect(roundsFrom(["--rounds", "99"], 3, 99, remedy)).toBe(99);
});

test.each([
  [["--trials", "0"], '"0" is no number of trials from 1 to 99.'],
  [["--trials", "100"], '"100" is no number of trials from 1 to 99.'],
  [["--trials", "some"], '"some" is no number of trials from 1 to 99.'],
  [["--rounds", "3"], /Unknown option '--rounds'/],
  [["web"], /Unexpected argument 'web'/],
])("%p is refused, and what would do is said", (args, what) => {
  expect(() => trialsFrom(args, 5, 99, remedy)).toThrow(
    expect.objectContaining({ what: expect.stringMatching(what), next: remedy }),
  );
});
