import { minority, priorityOf, routerIdOf, slowestTakeover, type Vrrp } from "../../balancer/vrrp";

const three: Vrrp = { version: 3 };
const two: Vrrp = { version: 2, password: "secret" };

describe("the address moves", () => {
  const slowest = slowestTakeover(three, priorityOf(2, 3, three));

  test.each([
    ["when its owner dies", slowest.died, 1200],
    ["when keepalived ends there", slowest.left, 1000],
    ["when HAProxy hangs there", slowest.hung, 3000],
    ["when HAProxy has no server there", slowest.alone, 3000],
  ])("%s within the time that is promised, to the last machine too", (_case, actual, promised) => {
    expect(actual).toBeLessThanOrEqual(promised);
  });

  test("to the second machine sooner", () => {
    const { died, left } = slowestTakeover(three, priorityOf(1, 3, three));
    expect([died, left].map(Math.round)).toEqual([641, 41]);
  });

  test("after seconds with version 2", () => {
    const { died, left } = slowestTakeover(two, priorityOf(1, 3, two));
    expect([died, left].map(Math.round)).toEqual([3203, 203]);
  });
});

describe("priorities", () => {
  test.each([
    [2, [254, 204]],
    [3, [254, 204, 154]],
    [5, [254, 223, 192, 161, 130]],
    [7, [254, 233, 212, 191, 170, 149, 128]],
  ])("of %i machines fall with their place", (machines, expected) => {
    expect(expected.map((_, place) => priorityOf(place, machines, three))).toEqual(expected);
  });

  test("are no two the same, and none is too low, for up to a hundred machines", () => {
    for (let machines = 1; machines <= 100; machines++) {
      const all = Array.from({ length: machines }, (_, place) => priorityOf(place, machines, three));
      expect(new Set(all).size).toBe(machines);
      // Also of those that are cut off with few of the servers, each lower than all others.
      expect(Math.min(...all) - minority).toBeGreaterThanOrEqual(1);
      expect(Math.max(...all) - minority).toBeLessThan(Math.min(...all));
    }
  });

  test("are 255 for the master of version 2 alone", () => {
    expect([0, 1, 2].map((place) => priorityOf(place, 3, two))).toEqual([255, 204, 154]);
  });
});

test("a cluster's name gives its router id, always the same and from 1 to 255", () => {
  const names = Array.from({ length: 2000 }, (_, index) => `cluster-${index}`);
  const ids = names.map(routerIdOf);
  expect(names.map(routerIdOf)).toEqual(ids);
  expect([Math.min(...ids), Math.max(...ids)]).toEqual([1, 255]);
  expect(new Set(ids).size).toBe(255);
  expect(["dev", "prod", "ü"].map(routerIdOf)).toEqual([132, 210, 206]);
});
