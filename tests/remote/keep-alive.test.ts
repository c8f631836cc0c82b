import type { Client } from "ssh2";
import { keepAlive } from "../../remote/keep-alive";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const clientThat = (answers: () => boolean) =>
  ({
    unforwardIn(_address: string, _port: number, callback: () => void) {
      if (answers()) callback();
    },
  }) as unknown as Client;

test("a machine that stops answering is dead after three questions", () => {
  let alive = true;
  const dead: string[] = [];
  const stop = keepAlive(
    clientThat(() => alive),
    (reason) => {
      dead.push(reason);
      stop();
    },
  );
  jest.advanceTimersByTime(60_000);
  expect(dead).toEqual([]);
  alive = false;
  jest.advanceTimersByTime(15_000);
  expect(dead).toEqual([]);
  jest.advanceTimersByTime(60_000);
  expect(dead).toEqual(["it did not answer for 15 s"]);
});

test("one answer is as good as all of them", () => {
  let asked = 0;
  const onDead = jest.fn();
  const stop = keepAlive(
    clientThat(() => ++asked % 3 === 0),
    onDead,
  );
  jest.advanceTimersByTime(300_000);
  expect(onDead).not.toHaveBeenCalled();
  stop();
  const before = asked;
  jest.advanceTimersByTime(300_000);
  expect(asked).toBe(before);
});

test("a client that is closing is no reason to fail", () => {
  const client = {
    unforwardIn() {
      throw new Error("Not connected");
    },
  } as unknown as Client;
  const stop = keepAlive(client, () => undefined);
  expect(() => jest.advanceTimersByTime(5_000)).not.toThrow();
  stop();
});
