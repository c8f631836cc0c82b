import { checkName, checkSize, containerName, hosts, machinesOf } from "../../../lab/machines/model";

const size = { servers: 3, agents: 2, spare: 1, bastion: true };

test("machines have stable names and addresses of their own, and leave .100 to .199 free", () => {
  const machines = machinesOf("172.30.7.", size);
  expect(machines.map(({ name, address }) => `${name} ${address}`)).toEqual([
    "s1 172.30.7.11",
    "s2 172.30.7.12",
    "s3 172.30.7.13",
    "a1 172.30.7.21",
    "a2 172.30.7.22",
    "x1 172.30.7.201",
    "bastion 172.30.7.3",
    "mirror 172.30.7.2",
  ]);
});

test("the largest lab has no address twice and none in the free range", () => {
  const machines = machinesOf("172.30.7.", { servers: 9, agents: 70, spare: 50, bastion: true });
  const last = machines.map(({ address }) => Number(address.split(".")[3]));
  expect(new Set(last).size).toBe(last.length);
  expect(last.filter((octet) => octet >= 100 && octet <= 199)).toEqual([]);
});

test("bastion and mirror are not among the hosts", () => {
  const lab = { name: "x", prefix: "172.30.7.", machines: machinesOf("172.30.7.", size) };
  expect(hosts(lab).map(({ name }) => name)).toEqual(["s1", "s2", "s3", "a1", "a2", "x1"]);
});

test.each([
  [{ ...size, servers: -1 }, "--servers must be a whole number from 0 to 9"],
  [{ ...size, servers: 10 }, "--servers must be a whole number from 0 to 9"],
  [{ ...size, agents: 1.5 }, "--agents must be a whole number from 0 to 70"],
  [{ ...size, spare: Number.NaN }, "--spare must be a whole number from 0 to 50"],
  [{ servers: 0, agents: 0, spare: 0, bastion: true }, "A lab without machines"],
])("refuses the size %j", (wrong, message) => {
  expect(() => checkSize(wrong)).toThrow(message);
});

test.each(["", "A", "a b", "-a", "a-", "a/b", "../x", "a".repeat(31), "a;rm"])(
  "refuses the name %j",
  (name) => {
    expect(() => checkName(name)).toThrow("cannot be a lab's name");
  },
);

test.each(["a", "dev", "t123-e2e", "a".repeat(30)])("accepts the name %j", (name) => {
  expect(() => checkName(name)).not.toThrow();
  expect(containerName(name, "s1")).toBe(`k3s-lab-${name}-s1`);
});
