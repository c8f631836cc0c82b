import { until } from "../../until";
import { etcd } from "../etcd";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { pinned, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();

const another = { version: "v1.33.4+k3s1" };
const alone = etcd("s1", { s1: { leads: true } });
const holds = { holds: true } as const;

/** A row of its own each time: what it says is told by that. */
let row = 0;
const said = (words: string) =>
  host()
    .engine.said(`out${row}`)
    .some((line) => line.includes(words));

async function server(more: Record<string, Answer> = {}): Promise<FakeMachine> {
  return machines.machine("s1", {
    "find-cluster": {},
    "read-member": alone,
    "install-node": { stdout: "restarted\n" },
    "node-ready": {},
    "uncordon-node": {},
    "set-node": {},
    "read-node": { stdout: 'unit=active enabled\nnode={"metadata":{},"spec":{}}\n' },
    ...more,
  });
}

function update(own: FakeMachine, balancers: FakeMachine[], change: Props = another): Promise<unknown> {
  const given = balancers.map(({ name, connection }) => ({ name, connection }));
  const more = { join: url, token: pinned, cluster: `out${++row}`, balancers: given };
  const inputs = { ...serverInputs(own, more), row: rowFor(`out${row}`) };
  return host()
    .resource("Node")
    .update("prod/s1", inputs, { ...inputs, ...change });
}

test("a server is out of every balancer from before it stops until it is ready", async () => {
  const one = await machines.machine("lb1", { "take-out": holds });
  const other = await machines.machine("lb2", { "take-out": holds });
  const out = () => [one, other].map((balancer) => balancer.held.length);
  const seen: Record<string, number[]> = {};
  const look =
    (step: string, stdout = "") =>
    () => {
      seen[step] = out();
      return { stdout };
    };
  const s1 = await server({
    "read-member": () => {
      seen["read-member"] ??= out();
      return alone;
    },
    "install-node": look("install-node", "restarted\n"),
    "node-ready": look("node-ready"),
  });
  await update(s1, [one, other]);
  expect(seen).toEqual({ "read-member": [0, 0], "install-node": [1, 1], "node-ready": [1, 1] });
  expect(out()).toEqual([0, 0]);
  expect(one.variables("take-out")).toMatchObject({ OWNER: `out${row}/lb1`, SERVER: "s1" });
});

test("one that is the server itself is told by a connection of its own, since some let in no more on one", async () => {
  let connections = 0;
  const s1 = await server({
    "take-out": holds,
    "install-node": () => {
      connections = s1.connections();
      return { stdout: "restarted\n" };
    },
  });
  await update(s1, [s1]);
  expect(connections).toBe(2);
});

test("what restarts nothing troubles no balancer", async () => {
  const lb = await machines.machine("lb1");
  const s1 = await server();
  await update(s1, [lb], { patience: 61_000 });
  expect(lb.scripts()).toEqual([]);
});

test("one whose k3s fails is let in again all the same", async () => {
  const lb = await machines.machine("lb1", { "take-out": holds });
  const s1 = await server({ "node-ready": { code: 1, stderr: "unit failed\n" }, journal: {} });
  await expect(update(s1, [lb])).rejects.toThrow();
  await until("the server is let in", () => lb.held.length === 0);
});

test.each<[string, Answer, string]>([
  [
    "does not do it",
    { code: 69, stderr: "HAProxy does not take the command to drain s1\n" },
    "the HAProxy of lb1 does not know of it before k3s stops, and some requests may fail: HAProxy does not take",
  ],
  ["need not do it", { code: 75, stderr: "no other server is in here\n" }, "lb1: no other server is in here"],
])("a balancer that %s keeps nobody from the change", async (_case, answer, words) => {
  const lb = await machines.machine("lb1", { "take-out": answer });
  const s1 = await server();
  await update(s1, [lb]);
  expect(s1.scripts()).toContain("install-node");
  await until("it is told", () => said(words));
});

test("nor does one that cannot be reached", async () => {
  const lb = await machines.unreachable("lb1");
  const s1 = await server();
  await update(s1, [lb]);
  await until("it is told", () => said("the HAProxy of lb1 does not know of it"));
});
