import { addressOf } from "../../balancer/subnets";
import { cidrOf, holds, overlap } from "../../manifest/cidr";
import { bytes, milliseconds } from "../../manifest/units";

test.each([
  ["500 ms", 500],
  ["90 s", 90_000],
  ["90s", 90_000],
  ["1 minute", 60_000],
  ["5 minutes", 300_000],
  ["2 hours", 7_200_000],
])("%s are %d milliseconds", (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test.each([
  ["2Gi", 2 ** 31],
  ["512Mi", 2 ** 29],
  ["20G", 20e9],
])("%s are %d bytes", (size, expected) => {
  expect(bytes(size)).toBe(expected);
});

test.each([
  ["10.42.0.0/16", 4, "10.42.0.0", "10.42.255.255"],
  ["0.0.0.0/0", 4, "0.0.0.0", "255.255.255.255"],
  ["10.0.0.1/32", 4, "10.0.0.1", "10.0.0.1"],
  ["fd00:42::/56", 6, "fd00:42::", "fd00:42:0:ff:ffff:ffff:ffff:ffff"],
  ["::/0", 6, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["::ffff:10.0.0.0/104", 6, "::ffff:a00:0", "::ffff:aff:ffff"],
])("%s is a block of IPv%d from %s to %s", (text, family, first, last) => {
  expect(cidrOf(text)).toMatchObject({
    family,
    first: addressOf(first)?.number,
    last: addressOf(last)?.number,
  });
});

test.each([
  "10.42.0.1/16",
  "10.42.0.0/33",
  "10.42.0.0",
  "10.42/16",
  "10.042.0.0/16",
  "256.0.0.0/8",
  "fd00::1/64",
  "fd00::/129",
  "1:2:3:4:5:6:7/16",
  "1::2::3/128",
  "g::/16",
  "/16",
  "",
  "::/",
  "1:2:3:4:5:6:7:8:9/128",
])("%p is no block", (text) => {
  expect(cidrOf(text)).toBeUndefined();
});

test.each([
  ["10.42.0.0/16", "10.42.255.0/24", true],
  ["10.42.0.0/16", "10.43.0.0/16", false],
  ["10.0.0.0/8", "10.255.255.255/32", true],
  ["0.0.0.0/0", "::/0", false],
])("%s and %s overlap: %p", (a, b, expected) => {
  const [one, other] = [cidrOf(a), cidrOf(b)];
  if (!one || !other) throw new Error("not a block");
  expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  expect(holds(one, { family: other.family, number: other.last })).toBe(expected);
});
