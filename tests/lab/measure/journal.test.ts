import { countSessions, promotions } from "../../../lab/measure/journal";

test("every session of sshd counts, however many come over one connection", () => {
  const journal = `
Server listening on 0.0.0.0 port 22.
Accepted publickey for root from 172.30.0.1 port 40000 ssh2: ED25519 SHA256:abc
Starting session: command for root from 172.30.0.1 port 40000 id 0
Close session: user root from 172.30.0.1 port 40000 id 0
Starting session: command for ops from 172.30.0.1 port 40000 id 1
Starting session: shell on pts/0 for root from 172.30.0.1 port 40000 id 0
`;
  expect(countSessions(journal)).toBe(3);
  expect(countSessions("")).toBe(0);
});

test("promotions are told from the first server's start, whoever leads", () => {
  const first = `100.500000 s1 systemd[1]: Starting k3s.service - Lightweight Kubernetes...
120.540000 s1 k3s[7]: time="2026-01-02T03:04:05Z" level=info msg="Promoted learner s2-0a1b2c3d"
`;
  const other = `103.000000 s2 systemd[1]: Starting k3s.service - Lightweight Kubernetes...
135.510000 s2 k3s[7]: time="2026-01-02T03:04:20Z" level=info msg="Promoted learner s3-0a1b2c3d"
`;
  expect(promotions([first, other])).toEqual([20, 35]);
  expect(promotions(["", ""])).toEqual([]);
});
