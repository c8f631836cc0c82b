import { type Answers, type StubMachine, stubMachine } from "./harness";

const variables = {
  ADDRESS: "10.0.0.11",
  INTERFACE: "",
  PEERS: "10.0.0.12 10.0.0.13",
  ROUTER: "",
  ADDRESSES: "",
  LISTEN: "4",
};

const addresses = `1: lo    inet 127.0.0.1/8 scope host lo
2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0
2: eth0    inet6 fd00::11/64 scope global
3: eth1    inet 192.168.7.5/30 scope global eth1
`;

/** A machine whose neighbours have these hardware addresses. */
function machineWith(neighbours: Record<string, string> = {}): StubMachine {
  const machine = stubMachine();
  const known = Object.entries(neighbours).map(([address, mac]): [string, Answers[string]] => [
    `-o neigh show to ${address} dev *`,
    `${address} dev eth0 lladdr ${mac} REACHABLE\n`,
  ]);
  machine.stub("ip", {
    "-o address show": addresses,
    "neigh flush to *": 0,
    ...Object.fromEntries(known),
    "-o neigh show to *": { shell: 'echo "$5 dev $7 FAILED"' },
  });
  machine.stub("curl", { "*": 7 });
  return machine;
}

const told = [
  "device=eth0",
  "address=lo 127.0.0.1/8",
  "address=eth0 10.0.0.11/24",
  "address=eth0 fd00::11/64",
  "address=eth1 192.168.7.5/30",
];

test.each([
  ["10.0.0.11", "eth0"],
  ["fd00::11", "eth0"],
  ["192.168.7.5", "eth1"],
])("the interface of %s is found, and all addresses are told", (ADDRESS, device) => {
  const outcome = machineWith().run("before-keepalived", { ...variables, ADDRESS });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout.trim().split("\n")).toEqual([`device=${device}`, ...told.slice(1)]);
  expect(outcome.linesOf("curl")).toEqual([]);
});

test("an interface that is named is not looked for", () => {
  const { stdout } = machineWith().run("before-keepalived", { ...variables, INTERFACE: "eth1" });
  expect(stdout).toMatch(/^device=eth1\n/);
});

test("an address that no interface has is told with 78", () => {
  expect(machineWith().run("before-keepalived", { ...variables, ADDRESS: "10.0.0.1" })).toMatchObject({
    code: 78,
    stdout: "",
    stderr: "none of its interfaces has the address 10.0.0.1\n",
  });
});

test("who answers for an address is told, and whose hardware address of the others that is", () => {
  const machine = machineWith({ "10.0.0.100": "02:aa", "10.0.0.12": "02:aa" });
  const outcome = machine.run("before-keepalived", {
    ...variables,
    ADDRESSES: "10.0.0.100 \n10.0.0.101 eth1\nfd00::100 \n",
  });
  expect(outcome.stdout.trim().split("\n").slice(told.length)).toEqual([
    "answers=10.0.0.100 02:aa",
    "neighbour=10.0.0.12 02:aa",
  ]);
  const asked = outcome.linesOf("curl").map((line) => line.split(" ").at(-1));
  expect(asked.sort()).toEqual([
    "http://10.0.0.100:9/",
    "http://10.0.0.101:9/",
    "http://10.0.0.12:9/",
    "http://10.0.0.13:9/",
    "http://[fd00::100]:9/",
  ]);
  // What the kernel remembers of an address may be of one who has gone.
  expect(outcome.linesOf("ip")).toContain("neigh flush to 10.0.0.101 dev eth1");
});

test("perl listens for the router id, and is told who may be heard", () => {
  const machine = machineWith();
  machine.stub("perl", { "- 51 4 eth0 10.0.0.11 10.0.0.12 10.0.0.13": "router=10.0.0.9 2\n" });
  const { stdout } = machine.run("before-keepalived", { ...variables, ROUTER: "51" });
  expect(stdout).toContain("router=10.0.0.9 2\n");
});

test("what perl is given is a program that it takes", () => {
  const machine = machineWith();
  machine.stub("perl", { "*": { shell: "perl -c - 2>&1" } });
  const { stdout } = machine.run("before-keepalived", { ...variables, ROUTER: "51" });
  expect(stdout).toContain("- syntax OK");
});

test("where perl cannot listen nobody is taken to be there, and that is told", () => {
  const machine = machineWith();
  machine.stub("perl", { "*": 1 });
  expect(machine.run("before-keepalived", { ...variables, ROUTER: "51" }).stdout).toContain(
    "deaf=perl cannot listen for VRRP\n",
  );
  expect(machineWith().run("before-keepalived", { ...variables, ROUTER: "51" }).stdout).toContain(
    "deaf=perl is missing\n",
  );
});
