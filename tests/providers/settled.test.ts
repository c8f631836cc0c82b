import { askUntil } from "../../providers/settled";

jest.mock("node:timers/promises", () => ({
  setTimeout: async (milliseconds: number) => jest.advanceTimersByTime(milliseconds),
}));

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Asks who is ill, where each answer is given once and the last one on and on. */
async function asked(answers: string[][], patience: number, takes = 0) {
  const told: string[] = [];
  let times = 0;
  const ask = async () => {
    jest.advanceTimersByTime(takes);
    return answers[Math.min(times++, answers.length - 1)] ?? [];
  };
  const tell = (step: string) => told.push(step);
  const answer = await askUntil(ask, { reasons: (ill) => ill, patience, tell });
  return { answer, times, told };
}

test("what is fine is asked once, and nothing is told", async () => {
  expect(await asked([[]], 5_000)).toEqual({ answer: [], times: 1, told: [] });
});

test("it asks every second until nothing is waited for, and tells what is", async () => {
  expect(await asked([["s1", "s2"], ["s2"], []], 5_000)).toEqual({
    answer: [],
    times: 3,
    told: ["waiting: s1, s2", "waiting: s2"],
  });
});

test("when patience ends the last answer has to do, and is not waited for", async () => {
  expect(await asked([["s1"]], 2_000)).toEqual({
    answer: ["s1"],
    times: 3,
    told: ["waiting: s1", "waiting: s1"],
  });
});

test("time that an answer takes counts, and one answer is always waited for", async () => {
  expect(await asked([["s1"]], 5_000, 20_000)).toEqual({ answer: ["s1"], times: 1, told: [] });
});

test("what asking throws ends it", async () => {
  const ask = () => Promise.reject(new Error("an alarm"));
  await expect(askUntil(ask, { reasons: () => ["s1"], patience: 5_000 })).rejects.toThrow("an alarm");
});
