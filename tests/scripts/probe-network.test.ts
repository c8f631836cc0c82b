import { parseFacts } from "../../providers/preflight/facts";
import { type Answers, type StubMachine, stubMachine } from "./harness";

const none = { MIRROR: "", PROXY: "", PEERS: "" };

function bare(curl?: Answers): StubMachine {
  const machine = stubMachine();
  machine.write("/proc/sys/kernel/hostname", "s1\n");
  machine.write(
    "/proc/net/route",
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\neth1\t0000000A\t0\t1\t0\t0\t0\t00FFFFFF\n",
  );
  machine.stub("ip", {
    "-o addr show":
      "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.0.0.1/24 brd 10.0.0.255\n2: eth0    inet6 fd00::1/64 scope global\n",
  });
  machine.stub("getent", {});
  machine.stub("timeout", { "3 getent hosts localhost": "::1 localhost\n", "3 getent hosts s1": 2 });
  if (curl) machine.stub("curl", curl);
  return machine;
}

/** The parts of it that run side by side come in any order. */
function facts(machine: StubMachine, variables: Record<string, string> = none) {
  const { stdout, code, stderr } = machine.run("probe-network", variables);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const found = parseFacts(stdout);
  for (const values of Object.values(found)) values.sort();
  return found;
}

const addresses = ["eth0 10.0.0.1", "eth0 fd00::1", "lo 127.0.0.1"];

test("a machine's addresses, routes, names and clock are told; the clock last", () => {
  const machine = bare();
  expect(facts(machine)).toEqual({
    address: addresses,
    route: ["eth0"],
    resolves: ["localhost"],
    unresolved: ["hostname"],
    time: ["1000000000"],
  });
  expect(machine.run("probe-network", none).stdout).toMatch(/\ntime=1000000000\n$/);
});

test("a machine without any of the tools is told as far as can be", () => {
  const machine = stubMachine();
  machine.stub("ip", { "*": 1 });
  expect(facts(machine)).toEqual({ time: ["1000000000"] });
});

test("a default route of IPv6 is one, and that which refuses everything is none", () => {
  const machine = stubMachine();
  machine.stub("ip", { "*": 1 });
  const zero = "0".repeat(32);
  machine.write(
    "/proc/net/ipv6_route",
    `${zero} 00 ${zero} 00 fe80 400 1 0 3 eth0\n${zero} 00 ${zero} 00 ${zero} ffffffff 1 0 200200 lo\n`,
  );
  expect(facts(machine).route).toEqual(["eth0"]);
});

test.each([0, 6, 22])("the mirror is told by what curl ends with: %d", (code) => {
  const machine = bare({ "*": code });
  expect(facts(machine, { ...none, MIRROR: "https://mirror.example" }).mirror).toEqual([String(code)]);
});

const says = (text: string, code: number) => ({ shell: `printf %s '${text}' >&2; exit ${code}` });

test.each([
  ["refused", says("* connect to 10.0.0.2 port 6443 failed: Connection refused", 7)],
  ["refused", says("* connect to 10.0.0.2 port 6443 from 10.0.0.1 port 9 failed: Connection refused", 7)],
  ["open", says("* Connected to 10.0.0.2 (10.0.0.2) port 6443", 52)],
  ["open", says("* Connected to 10.0.0.2 (10.0.0.2) port 6443 (#0)", 28)],
  ["filtered", says("* Connection timed out after 2001 milliseconds", 28)],
  ["rejected", says("* connect to 10.0.0.2 port 6443 failed: No route to host", 7)],
])("a way is %s where curl says so", (state, answer) => {
  const machine = bare({ "* http://10.0.0.2:6443/": answer });
  expect(facts(machine, { ...none, PEERS: "s2 10.0.0.2 6443" }).peer).toEqual([`s2 6443 ${state}`]);
});

test("all ways are tried, also those of IPv6", () => {
  const machine = bare({ "*": says("failed: Connection refused", 7) });
  const PEERS = "s2 fd00::2 6443\ns2 fd00::2 2379\ns3 10.0.0.3 6443";
  expect(facts(machine, { ...none, PEERS }).peer).toEqual([
    "s2 2379 refused",
    "s2 6443 refused",
    "s3 6443 refused",
  ]);
  expect(
    machine
      .run("probe-network", { ...none, PEERS })
      .linesOf("curl")
      .map((line) => line.split(" ").at(-1))
      .sort(),
  ).toEqual(["http://10.0.0.3:6443/", "http://[fd00::2]:2379/", "http://[fd00::2]:6443/"]);
});

test("nothing is changed", () => {
  const machine = bare({ "*": 7 });
  const before = machine.snapshot();
  machine.run("probe-network", { ...none, MIRROR: "https://mirror.example", PEERS: "s2 10.0.0.2 6443" });
  expect(machine.snapshot()).toEqual(before);
});
