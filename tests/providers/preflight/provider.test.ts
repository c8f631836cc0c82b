import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, type ProviderHost, providerHost } from "../provider-host";
import { until } from "../until";

const machines = fakeMachines();
let host: ProviderHost;
const preflight = () => host.resource("Preflight");

beforeAll(async () => {
  host = await providerHost();
});
afterAll(() => host.stop());

const facts = { arch: "x86_64", init: "systemd", cgroups: "cpu memory pids", curl: "yes" };
const probed = (more: object = {}) => ({
  stdout: Object.entries({ ...facts, ...more })
    .map(([name, value]) => `${name}=${value}\n`)
    .join(""),
});
const server = (name: string, more?: object) => machines.machine(name, { probe: probed(more) });

function inputs(list: FakeMachine[], role = "server"): Props {
  const entries = list.map(({ name, connection }) => [name, { role, connection }]);
  return { cluster: "prod", row: rowFor("preflight"), machines: Object.fromEntries(entries) };
}

test("machines that are ready pass, and each is looked at once", async () => {
  const list = [await server("s1"), await server("s2", { owner: "prod/s2" })];
  const { failures } = await preflight().check(undefined, inputs(list));
  expect(failures).toEqual([]);
  expect(list.map((machine) => machine.scripts())).toEqual([["probe"], ["probe"]]);
  await until("it is said", () => host.engine.said("preflight").length >= 2);
  expect(host.engine.said("preflight")).toEqual(["looking at s1", "looking at s2"]);
});

test("everything that is wrong with all machines is one failure, which names no input: its value would be shown", async () => {
  const s4 = await machines.unreachable("s4");
  const list = [
    await server("s1"),
    await server("s2", { curl: "no", cgroups: "cpu pids" }),
    await server("s3", { owner: "dev/s9" }),
    s4,
    await machines.machine("s5", { probe: { code: 2, stderr: "sh: 1: Syntax error\n" } }),
  ];
  const { failures } = await preflight().check(undefined, inputs(list));
  expect(failures).toEqual([
    {
      property: "",
      reason: [
        "the machines are not ready for k3s; nothing was changed:",
        "  s2: the cgroup controllers memory are off; turn them on at boot (cgroup_enable=memory)",
        "  s2: curl is missing; install it with the machine's package manager",
        "  s3: it is node dev/s9 of another cluster or under another name; remove it there first",
        `  s4: 127.0.0.1:${s4.connection.port} refused the connection (ECONNREFUSED). ` +
          "Check that sshd runs there and listens on this port.",
        '  s5: "probe" failed with exit code 2: sh: 1: Syntax error. Correct the cause on s5, then run this again.',
      ].join("\n"),
    },
  ]);
});

test("a machine that is as it was is not looked at again; a new one and one with another role are", async () => {
  const [s1, s2, s3] = [await server("s1"), await server("s2"), await server("s3")];
  const news = {
    ...inputs([s1, s2, s3]),
    machines: { ...machinesOf([s1, s3]), ...machinesOf([s2], "agent") },
  };
  const { failures } = await preflight().check(inputs([s1, s2]), news);
  expect(failures).toEqual([]);
  expect([s1, s2, s3].map((machine) => machine.scripts())).toEqual([[], ["probe"], ["probe"]]);
});

test.each([
  ["server", "6443 2379 2380 10250"],
  ["agent", "6444 10250"],
])("of a %s, all ports must be free", async (role, ports) => {
  const machine = await server("m1");
  await preflight().check(undefined, inputs([machine], role));
  expect(machine.variables("probe")).toEqual({ PORTS: ports });
});

test("other machines are looked at, and are no change of it", async () => {
  const [s1, s2] = [await machines.unreachable("s1"), await machines.unreachable("s2")];
  const { id, outs } = await preflight().create(inputs([s1]));
  expect(id).toBe("prod/preflight");
  expect(await preflight().diff(outs, inputs([s1, s2]))).toBe(false);
});

function machinesOf(list: FakeMachine[], role?: string): object {
  return inputs(list, role).machines as object;
}
