import { withElection } from "../../k3s/election";

const times = ["heartbeat-interval=100", "election-timeout=1000"];

test("etcd notices soon that its leader is gone", () => {
  expect(withElection({ v: 1 })).toEqual({ v: 1, "etcd-arg": times });
});

test("arguments of the user's stay, before what is added to them", () => {
  const config = withElection({ "etcd-arg+": ["snapshot-count=1"], "etcd-arg": "quota-backend-bytes=1" });
  expect(Object.entries(config)).toEqual([
    ["etcd-arg", ["quota-backend-bytes=1", ...times]],
    ["etcd-arg+", ["snapshot-count=1"]],
  ]);
});

test.each(["heartbeat-interval=500", "election-timeout=5000"])(
  "the times are the user's where one is: %s",
  (own) => {
    for (const key of ["etcd-arg", "etcd-arg+"])
      expect(withElection({ [key]: [own] })).toEqual({ [key]: [own] });
  },
);
