import { leaveFile, misplaced } from "../../balancer/virtual-addresses";

const s1 = {
  name: "s1",
  interface: "eth0",
  addresses: [
    { interface: "lo", address: "127.0.0.1/8" },
    { interface: "eth0", address: "10.0.0.11/24" },
    { interface: "eth0", address: "fe80::1/64" },
    { interface: "eth0", address: "fd00::11/64" },
    { interface: "eth1", address: "192.168.7.5/30" },
  ],
};

test.each([
  ["10.0.0.100/24", undefined],
  ["10.0.0.100/32", undefined],
  ["10.0.0.254/25", undefined],
  ["fd00::100/64", undefined],
  ["192.168.7.6/30", "eth1"],
])("%s can be added on %s", (address, device) => {
  expect(misplaced([{ address, ...(device ? { interface: device } : {}) }], s1)).toEqual([]);
});

test.each([
  [
    "10.0.1.100/24",
    undefined,
    "10.0.1.100 is in no network of eth0 on s1 (10.0.0.11/24, fe80::1/64, fd00::11/64): nobody would find it there",
  ],
  ["fd01::100/64", undefined, "fd01::100 is in no network of eth0 on s1"],
  ["10.0.0.100/24", "eth1", "10.0.0.100 is in no network of eth1 on s1 (192.168.7.5/30)"],
  ["10.0.0.11/24", undefined, "10.0.0.11 is an address that s1 has already"],
  ["fd00:0::11/64", undefined, "fd00:0::11 is an address that s1 has already"],
  ["192.168.7.5/24", undefined, "192.168.7.5 is an address that s1 has already"],
  ["10.0.0.0/24", undefined, "10.0.0.0 is the first or last of 10.0.0.11/24, and no machine's"],
  ["10.0.0.255/32", undefined, "10.0.0.255 is the first or last of 10.0.0.11/24"],
  ["10.0.0.100/24", "eth9", "s1 has no address on eth9, where 10.0.0.100 should be"],
])("%s on %s is misplaced", (address, device, words) => {
  expect(misplaced([{ address, ...(device ? { interface: device } : {}) }], s1)).toEqual([
    expect.stringContaining(words),
  ]);
});

test("all that are misplaced are told", () => {
  expect(misplaced([{ address: "10.1.0.1/24" }, { address: "10.0.0.11/24" }], s1)).toHaveLength(2);
});

test("what a machine must not keep is written for ip", () => {
  const addresses = [
    { address: "10.0.0.100/24", label: "api" },
    { address: "10.1.0.1/24", interface: "eth1" },
  ];
  expect(leaveFile(addresses, "eth0")).toBe(
    "address delete 10.0.0.100/24 dev eth0\naddress delete 10.1.0.1/24 dev eth1\n",
  );
});
