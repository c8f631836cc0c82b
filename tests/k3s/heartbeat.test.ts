import { withHeartbeat } from "../../k3s/heartbeat";

const frequency = "node-status-update-frequency=4s";

test("a kubelet gives up in time an answer that does not come", () => {
  expect(withHeartbeat({ v: 1 })).toEqual({ v: 1, "kubelet-arg": [frequency] });
});

test("arguments of the user's stay, before what is added to them", () => {
  const config = withHeartbeat({ "kubelet-arg+": ["v=2"], "kubelet-arg": "max-pods=250" });
  expect(Object.entries(config)).toEqual([
    ["kubelet-arg", ["max-pods=250", frequency]],
    ["kubelet-arg+", ["v=2"]],
  ]);
});

test.each(["", "--"])("the time is the user's where there is one, written with %j before it", (dashes) => {
  const own = [`${dashes}node-status-update-frequency=20s`];
  for (const key of ["kubelet-arg", "kubelet-arg+"])
    expect(withHeartbeat({ [key]: own })).toEqual({ [key]: own });
});
