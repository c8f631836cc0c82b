import { readFileSync } from "node:fs";
import { checkTiming, slowestOut } from "../../balancer/timing";

describe("a server is out of the balancer", () => {
  const slowest = slowestOut(checkTiming);

  test.each([
    ["that is stopped", slowest.stopped, 1000, 2500],
    ["that hangs", slowest.hung, 2500, 4000],
    ["that has lost its quorum", slowest.withoutQuorum, 3325, 4000],
  ])("%s within the time that is promised", (_case, actual, expected, promised) => {
    expect(actual).toBe(expected);
    expect(actual).toBeLessThanOrEqual(promised);
  });

  test("later where its API waits for etcd as long as it does by default", () => {
    expect(slowestOut(checkTiming, 2000)).toEqual({ ...slowest, withoutQuorum: 5200 });
  });

  test("after as many failures as it takes", () => {
    expect(slowestOut({ ...checkTiming, fall: 3 }).stopped).toBe(1250);
  });
});

test("the defaults, and what they come to, are those of the documentation", () => {
  const page = readFileSync("docs/haproxy.md", "utf8");
  const written = [...page.matchAll(/^\| `(\w+)`(?: \(`(\w+)`\))? \| (\d+)( m?s)? \|/gm)].map(
    ([, key = "", inPrograms = key, value, unit]): [string, number] => [
      inPrograms,
      Number(value) * (unit === " s" ? 1000 : 1),
    ],
  );
  expect(Object.fromEntries(written)).toEqual(checkTiming);
  const { stopped, hung, withoutQuorum } = slowestOut(checkTiming);
  const seconds = [stopped, hung, withoutQuorum, slowestOut(checkTiming, 2000).withoutQuorum].map((time) =>
    (time / 1000).toFixed(1),
  );
  const told =
    /within (\S+) s, one that hangs within (\S+) s,.* within (\S+) s,.*which makes it (\S+) s/.exec(
      page.replaceAll(/\s+/g, " "),
    );
  expect(told?.slice(1)).toEqual(seconds);
});
