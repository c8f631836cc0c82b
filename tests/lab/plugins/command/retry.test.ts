import { type RetryOptions, retry } from "../../../../lab/plugins/command/retry";

function trial(failures: number, limit: number, cancelAfter = Number.POSITIVE_INFINITY) {
  const cancelled = new AbortController();
  const pauses: number[] = [];
  const told: string[] = [];
  let attempts = 0;
  const options: RetryOptions = {
    limit,
    signal: cancelled.signal,
    onFailure: (count, error) => void told.push(`${count} ${error.message}`),
    pause: async (milliseconds) => void pauses.push(milliseconds),
  };
  const result = retry(async () => {
    attempts += 1;
    if (attempts >= cancelAfter) cancelled.abort();
    if (attempts <= failures) throw new Error(`no ${attempts}`);
    return attempts;
  }, options);
  return { result, pauses, told };
}

test("answers at once when the first attempt works", async () => {
  const { result, pauses, told } = trial(0, 0);
  expect(await result).toBe(1);
  expect({ pauses, told }).toEqual({ pauses: [], told: [] });
});

test.each([
  [0, "after a failed attempt: no 1"],
  [1, "after 2 failed attempts: no 2"],
  [10, "after 11 failed attempts: no 11"],
])("bears %i failures and then says why", async (limit, message) => {
  const { result, told } = trial(99, limit);
  await expect(result).rejects.toHaveProperty("message", message);
  expect(told).toHaveLength(limit);
});

test("works when the last attempt that is allowed works", async () => {
  const { result, told } = trial(2, 2);
  expect(await result).toBe(3);
  expect(told).toEqual(["1 no 1", "2 no 2"]);
});

test("bears any number of failures under the limit -1, with pauses that grow up to half a minute", async () => {
  const { result, pauses } = trial(40, -1);
  expect(await result).toBe(41);
  expect(pauses.slice(0, 3)).toEqual([250, 375, 562.5]);
  expect(pauses.at(-1)).toBe(30_000);
});

test("stops when the operation is cancelled, whatever the limit", async () => {
  const { result } = trial(99, -1, 3);
  await expect(result).rejects.toThrow("after 3 failed attempts: no 3");
});

test("a cancelled pause ends at once", async () => {
  const cancelled = new AbortController();
  const attempts = retry(() => Promise.reject(new Error("no")), {
    limit: -1,
    signal: cancelled.signal,
    onFailure: () => setImmediate(() => cancelled.abort()),
  });
  await expect(attempts).rejects.toThrow("after 2 failed attempts: no");
});
