import { parseDelay, partitionRules } from "../../../lab/machines/disturb";

test.each([
  ["0ms", 0],
  ["50ms", 50],
  ["10000ms", 10_000],
])("reads the delay %s", (text, expected) => {
  expect(parseDelay(text)).toBe(expected);
});

test.each(["", "50", "50s", "-5ms", "5.5ms", "10001ms", "50ms; reboot"])("refuses the delay %j", (text) => {
  expect(() => parseDelay(text)).toThrow("is no delay");
});

test("a machine alone on its side drops everything in both directions", () => {
  expect(partitionRules([])).toBe(`table netdev lab_partition
delete table netdev lab_partition
table netdev lab_partition {
  chain ingress {
    type filter hook ingress device "eth0" priority -500
    drop
  }
  chain egress {
    type filter hook egress device "eth0" priority -500
    drop
  }
}
`);
});

test("machines on the same side let each other's packets and ARP through", () => {
  const rules = partitionRules(["10.0.0.1", "10.0.0.2"]);
  expect(rules).toContain("ip saddr { 10.0.0.1, 10.0.0.2 } accept");
  expect(rules).toContain("arp daddr ip { 10.0.0.1, 10.0.0.2 } accept");
});
