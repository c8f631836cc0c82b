import { createHash } from "node:crypto";
import { keepalivedFile, type Vip } from "../../balancer/keepalived";
import { leaveFile } from "../../balancer/virtual-addresses";
import { vipCheck } from "../../balancer/vrrp";
import { type StubMachine, stubMachine } from "./harness";

const folder = "/etc/keepalived-k3s";
const config = `${folder}/keepalived.conf`;
const vip: Vip = {
  machines: [
    { name: "s1", address: "10.0.0.11" },
    { name: "s2", address: "10.0.0.12" },
  ],
  addresses: [
    { address: "10.0.0.100/24", label: "api" },
    { address: "10.1.0.100/24", interface: "eth1" },
  ],
  routerId: 51,
  vrrp: { version: 3 },
  check: vipCheck,
};

/** A machine as install-keepalived.sh leaves it. */
function installed(given: Partial<Vip> = {}, name = "s1"): StubMachine {
  const machine = stubMachine();
  machine.write(`${folder}/owner`, "prod/s1");
  machine.write(config, keepalivedFile({ ...vip, ...given }, { name, device: "eth0" }), 0o600);
  machine.write(`${folder}/leave`, leaveFile(vip.addresses, "eth0"));
  machine.write("/usr/sbin/keepalived", "", 0o755);
  machine.write(`${folder}/.written`, line(machine, config), 0o600);
  machine.stub("systemctl", {
    "is-active keepalived-k3s": "active\n",
    "is-enabled keepalived-k3s": "enabled\n",
  });
  machine.stub("ip", {
    "-o address show dev eth0":
      "2: eth0    inet 10.0.0.11/24 scope global eth0\n2: eth0    inet 10.0.0.100/24 scope global secondary eth0:api\n",
    "-o address show dev eth1": { shell: "echo 'Device \"eth1\" does not exist.' >&2; exit 1" },
  });
  machine.stub("curl", { "* http://localhost/": "503" });
  return machine;
}

function line(machine: StubMachine, file: string): string {
  const sum = createHash("sha256").update(machine.read(file)).digest("hex");
  return `${sum} ${machine.mode(file)}:root:root ${machine.path(file)}\n`;
}

function read(machine: StubMachine, PEER = ""): string[] {
  const before = machine.snapshot();
  const { code, stdout, stderr } = machine.run("read-keepalived", { PEER });
  expect([code, stderr, machine.snapshot()]).toEqual([0, "", before]);
  return stdout
    .trim()
    .split("\n")
    .map((each) => each.replace(machine.path("/"), "/"));
}

const group = (machine: StubMachine) => read(machine).find((each) => each.startsWith("group="));

test("what nobody has touched is told as it is, with the addresses that are there", () => {
  expect(read(installed())).toEqual([
    "owner=prod/s1",
    "unit=active enabled",
    "serves=10.0.0.100/24",
    "holds=10.0.0.100/24",
    "serves=10.1.0.100/24",
    expect.stringMatching(/^group=[0-9a-f]{16}$/),
    "haproxy=503",
  ]);
});

test("an address that is there with another prefix is told as left, and not as one that it has", () => {
  const machine = installed();
  const addresses = [{ address: "10.0.0.100/25" }, { address: "10.0.0.10/24" }];
  machine.write(`${folder}/leave`, leaveFile(addresses, "eth0"));
  const told = read(machine).filter((each) => /^(serves|holds|left)=/.test(each));
  expect(told).toEqual(["serves=10.0.0.100/25", "left=10.0.0.100/24 eth0", "serves=10.0.0.10/24"]);
});

test("a machine that it sends to is told so, and no other", () => {
  expect(read(installed(), "10.0.0.12")).toContain("knows=yes");
  expect(read(installed(), "10.0.0.11")).not.toContain("knows=yes");
  expect(read(installed(), "10.0.0.13")).not.toContain("knows=yes");
});

test.each<[string, (machine: StubMachine) => void, string]>([
  ["was edited", (machine) => machine.write(config, "odd\n", 0o600), `file=${config} changed`],
  ["was removed", (machine) => machine.remove(config), `file=${config} missing`],
  [
    "has another mode",
    (machine) => machine.write(config, machine.read(config), 0o644),
    `file=${config} 644:root:root`,
  ],
])("a file that %s is told", (_case, damage, told) => {
  const machine = installed();
  damage(machine);
  expect(read(machine)).toContain(told);
});

test("a package that is gone is told", () => {
  const machine = installed();
  machine.remove("/usr/sbin/keepalived");
  expect(read(machine)).toContain("package=missing");
});

test("a machine without any of it is told so", () => {
  const machine = stubMachine();
  machine.stub("systemctl", { "*": { shell: "echo inactive; exit 3" } });
  machine.stub("curl", { "*": { shell: "printf 000; exit 7" } });
  expect(read(machine)).toEqual(["owner=", "unit=inactive inactive", "package=missing", "haproxy=000"]);
});

test("an owner's file that is empty is told apart from none", () => {
  const machine = installed();
  machine.write(`${folder}/owner`, "");
  expect(read(machine)).toContain("owner=-");
});

test.each<[string, Partial<Vip>]>([
  ["priority and peers", { machines: [...vip.machines].reverse() }],
  ["interval", { vrrp: { version: 3, advertInterval: 500 } }],
  ["other addresses", { addresses: vip.addresses.slice(0, 1) }],
  ["label", { addresses: [{ address: "10.0.0.100/24" }] }],
  ["prefix", { addresses: [{ address: "10.0.0.100/25" }] }],
])("machines that differ in their %s hear each other", (_case, given) => {
  expect(group(installed(given, "s2"))).toBe(group(installed()));
});

const two = (password: string): Partial<Vip> => ({ vrrp: { version: 2, password } });

test.each<[string, Partial<Vip>, Partial<Vip>]>([
  ["router id", {}, { routerId: 52 }],
  ["version", {}, two("secret")],
  ["password", two("other"), two("secret")],
  ["address that is announced", {}, { addresses: [{ address: "10.0.0.101/24" }] }],
])("machines that differ in their %s do not", (_case, one, other) => {
  expect(group(installed(one))).not.toBe(group(installed(other)));
});
