import { canonical } from "../../balancer/subnets";

test.each([
  ["FD00::100/64", "fd00::100/64"],
  ["fd00:0:0::100/64", "fd00::100/64"],
  ["fd00::0100", "fd00::100"],
  ["2001:0db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
  ["1:0:0:2:0:0:3:4", "1::2:0:0:3:4"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["0:0:0:0:0:0:0:1/128", "::1/128"],
  ["fd00::10.0.0.1", "fd00::a00:1"],
  ["fd00::/8", "fd00::/8"],
])("%s is written as %s", (address, printed) => {
  expect([canonical(address), canonical(printed)]).toEqual([printed, printed]);
});

test.each(["10.0.0.100/24", "10.0.0.11", "s1.example", "fd00::zz", "fd00::1/129", "fe80::1%eth0", ""])(
  "%j stays as it is",
  (text) => {
    expect(canonical(text)).toBe(text);
  },
);
