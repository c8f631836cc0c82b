import { placeOf, waysOf, wayTo } from "../../providers/way";

const bastion = (host: string) => ({ host, port: 2222 });

test("a place has its port, also where that is the usual one", () => {
  expect(["10.0.0.1:22", "10.0.0.1:2200"]).toEqual([
    placeOf({ host: "10.0.0.1" }),
    placeOf({ host: "10.0.0.1", port: 2200 }),
  ]);
});

test("each host on the way is told by what lies before it", () => {
  const connection = { host: "10.0.0.1", bastions: [bastion("b1"), bastion("b2")] };
  expect(waysOf(connection)).toEqual(["b1:2222", "b1:2222 > b2:2222", "b1:2222 > b2:2222 > 10.0.0.1:22"]);
});

test("the same address behind two bastions is two machines", () => {
  const [one, other] = ["b1", "b2"].map((host) => wayTo({ host: "10.0.0.1", bastions: [bastion(host)] }));
  expect(one).not.toBe(other);
});
