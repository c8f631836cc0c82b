import * as pulumi from "@pulumi/pulumi";
import { routerIdOf } from "../../balancer/vrrp";
import { dependencies, made, only, registered, secret } from "./mocks";

const { KeepalivedVip } = require("../../components") as typeof import("../../components");

const at = (name: string, host: string, more: object = {}) => ({ name, connection: { host, ...more } });
const machines = [at("s1", "10.0.0.11"), at("s2", "10.0.0.12")];
const addresses = [{ address: "10.0.0.100/24" }, { address: "fd00::100/64" }];

test("each machine has a part, knows the others, and may have the addresses in the order that is given", async () => {
  const vip = new KeepalivedVip("prod", { machines, addresses });
  await made(vip.address, vip.ready);
  const common = {
    cluster: "prod",
    machines: [
      { name: "s1", address: "10.0.0.11" },
      { name: "s2", address: "10.0.0.12" },
    ],
    addresses,
    routerId: routerIdOf("prod"),
    vrrp: { version: 3 },
    check: { interval: 1_000, timeout: 800, fall: 2, rise: 1 },
    patience: 120_000,
  };
  expect(only("Keepalived", "s1")).toMatchObject({
    ...common,
    name: "s1",
    connection: { host: "10.0.0.11" },
    peers: [{ name: "s2", connection: { host: "10.0.0.12" } }],
  });
  expect(only("Keepalived", "s2")).toMatchObject({ ...common, name: "s2", peers: [machines[0]] });
  expect(dependencies("Keepalived", "s2")).not.toContain("Keepalived s1");
});

test("the address is the first one, and is there when a machine has it", async () => {
  const vip = new KeepalivedVip("prod", { machines, addresses });
  expect(await known(vip.address)).toBe("10.0.0.100");
  expect(await known(vip.ready)).toEqual(["s1-id", "s2-id"]);
  await made();
});

test("what is given is passed on, and an address takes the place of the connection's host", async () => {
  const given = [
    { ...at("s1", "s1.example"), address: "10.0.0.11", interface: "eth1" },
    { ...at("s2", "s2.example"), address: pulumi.output("10.0.0.12") },
  ];
  const more = { routerId: 7, cluster: "dev", keepPackage: true, patience: 5 };
  const vrrp = { version: 3 as const, advertInterval: 500 };
  await made(
    new KeepalivedVip("vip", { machines: given, addresses, vrrp, check: { fall: 3 }, ...more }).address,
  );
  expect(only("Keepalived", "s1")).toMatchObject({
    ...{ ...more, vrrp, interface: "eth1" },
    check: { interval: 1_000, timeout: 800, fall: 3, rise: 1 },
  });
  expect(only("Keepalived", "s1").machines).toEqual([
    { name: "s1", address: "10.0.0.11" },
    { name: "s2", address: "10.0.0.12" },
  ]);
  expect(only("Keepalived", "s2")).not.toHaveProperty("interface");
});

test("addresses are spelled as machines print them, however they are given", async () => {
  const given = [at("s1", "FD00:0::11"), { ...at("s2", "s2.example"), address: pulumi.output("fd00::0012") }];
  const spelled = ["FD00::100/64", pulumi.output("fd00:0:0::101/64"), "10.0.0.100/24"];
  const vip = new KeepalivedVip("prod", {
    machines: given,
    addresses: spelled.map((address) => pulumi.output({ address })),
  });
  await made(vip.ready);
  expect(await known(vip.address)).toBe("fd00::100");
  expect(only("Keepalived", "s1").machines).toEqual([
    { name: "s1", address: "fd00::11" },
    { name: "s2", address: "fd00::12" },
  ]);
  expect(only("Keepalived", "s1").addresses).toEqual([
    { address: "fd00::100/64" },
    { address: "fd00::101/64" },
    { address: "10.0.0.100/24" },
  ]);
});

test("a password is a secret, of VRRP as of a connection, and the address is none", async () => {
  const vrrp = { version: 2 as const, password: "hunter2" };
  const opened = [machines[0], at("s2", "10.0.0.12", { password: "pw" })] as typeof machines;
  const given = opened.map(({ name, connection }) => ({ name, connection: pulumi.secret(connection) }));
  const vip = new KeepalivedVip("prod", { machines: given, addresses, vrrp });
  await made(vip.address);
  expect(only("Keepalived", "s1").vrrp).toEqual(secret(vrrp));
  expect(only("Keepalived", "s1").peers).toMatchObject(secret([{ name: "s2" }]));
  expect(only("Keepalived", "s1").machines).toEqual([
    { name: "s1", address: "10.0.0.11" },
    { name: "s2", address: "10.0.0.12" },
  ]);
  expect(await pulumi.isSecret(vip.address)).toBe(false);
});

test("what it depends on is there before any machine is touched", async () => {
  const before = new KeepalivedVip("first", { machines: machines.map(named("a")), addresses });
  const after = new KeepalivedVip("second", { machines, addresses }, { dependsOn: before });
  await made(after.address);
  expect(dependencies("Keepalived", "s1")).toEqual(
    expect.arrayContaining(["Keepalived a-s1", "Keepalived a-s2"]),
  );
  expect(registered.filter(({ type }) => type.endsWith(":Keepalived"))).toHaveLength(4);
});

function named(prefix: string) {
  return (machine: (typeof machines)[number]) => ({ ...machine, name: `${prefix}-${machine.name}` });
}

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve as never));
}
