import { stubMachine } from "./harness";

const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    server: https://127.0.0.1:16443
    certificate-authority: /var/lib/rancher/k3s/agent/server-ca.crt
  name: local
`;

test.each([
  ["node-ready", { ROLE: "agent", NODE: "a1", RESTARTS: "3", SEEN: "", PATIENCE: "1" }],
  ["read-node", { ROLE: "agent", NODE: "a1", UNIT: "k3s-agent" }],
  ["set-node", { ROLE: "agent", NODE: "a1", PATCH: "{}" }],
  ["check-tunnel", { NODE: "a1", ONLY: "", PATIENCE: "0" }],
])("on an agent without k3s's own balancer %s asks what took its place", (script, variables) => {
  const machine = stubMachine();
  const agent = "/var/lib/rancher/k3s/agent";
  machine.write(`${agent}/kubelet.kubeconfig`, kubeconfig);
  machine.write(`${agent}/client-kubelet.crt`, "certificate");
  machine.stub("systemctl", { "*": 0 });
  machine.stub("sleep", { "*": 0 });
  machine.stub("curl", { "*": 7 });
  const lines = machine.run(script, variables).linesOf("curl");
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toContain("https://127.0.0.1:16443/api/v1/nodes");
});
