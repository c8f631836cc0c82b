import { adviceOn } from "../../balancer/haproxy-reasons";

test.each([
  ["s1 L4CON", "see whether k3s runs on s1, and open its port to this machine"],
  ["s1 L4TOUT, s2 L4CON", "see whether k3s runs on s1 and s2, and open its port to this machine"],
  ["s1 L6RSP", "see what listens on s1: it has no certificate of this cluster's CA"],
  ["s1 L7STS 401", "open the health paths of s1 (docs/haproxy.md), or give healthCheck any-401"],
  ["s1 L7STS 403", "open the health paths of s1 (docs/haproxy.md)"],
  ["s1 L7STS 500", "see what keeps the API of s1 from being ready (journalctl -u k3s there)"],
  ["s1 L7TOUT", "see what keeps the API of s1 from answering (journalctl -u k3s there)"],
  [
    "s1 L4CON, s2 L7STS 401, s3 L4CON",
    "see whether k3s runs on s1 and s3, and open its port to this machine; open the health paths of s2 (docs/haproxy.md), or give healthCheck any-401",
  ],
])("of servers that are out by %s: %s", (list, advice) => {
  expect(adviceOn(list)).toBe(advice);
});

test.each(["s1 INI", "unit not active", "it does not answer", ""])(
  "of %j there is nothing to say",
  (reason) => {
    expect(adviceOn(reason)).toBeUndefined();
  },
);
