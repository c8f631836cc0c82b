import { checkManifest, parseManifest } from "../../manifest/parse";
import { below, machine, version } from "./texts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Bb8bTnAhTSHMSTcFmXOaIRd0q3Zyq1Mt8cXf0AbcD";

const complete = `
name: dev
version: v1.33.3+k3s1
ssh: { user: admin, port: 2222, identityFile: ~/.ssh/id_ed25519, knownHosts: ./known_hosts }
artifacts: { mirror: "http://mirror.example.com:8080/k3s/", images: true }
servers:
  - name: s1
    host: 10.0.0.11
    ssh: { user: root, hostKey: "${hostKey} root@s1" }
    labels: { zone: a, example.com/tier: control }
    config: { flannel-iface: eth1, "kubelet-arg+": [v=2] }
    nodeIp: 10.1.0.11
    hooks: { after: date }
  - { name: s2, host: s2.example.com }
  - { name: s3, host: "fd00::13" }
agents:
  - { name: a1, host: 10.0.0.11, ssh: { port: 2223 }, labels: { node.kubernetes.io/pool: "1" } }
labels: { zone: z, topology.kubernetes.io/region: eu }
disable: [traefik, servicelb]
tlsSans: [k3s.example.com, 10.0.0.100]
config: { flannel-iface: eth0, secrets-encryption: true, kubelet-arg: [max-pods=250] }
token: not-so-secret-token
agentToken: not-so-secret-either
endpoint: { address: 10.0.0.100, port: 8443 }
hooks: { before: [apt-get update, apt-get install -y open-iscsi] }
`;

test("a complete manifest says on each machine what holds for it", () => {
  const ssh = { user: "admin", port: 2222, identityFile: "~/.ssh/id_ed25519", knownHosts: "./known_hosts" };
  const region = { "topology.kubernetes.io/region": "eu" };
  const shared = { "flannel-iface": "eth0", "secrets-encryption": true, "kubelet-arg": ["max-pods=250"] };
  const before = ["apt-get update", "apt-get install -y open-iscsi"];
  const plain = { ssh, labels: { zone: "z", ...region }, config: shared, hooks: { before, after: [] } };

  expect(parseManifest(complete, "cluster.yaml")).toEqual({
    name: "dev",
    version: "v1.33.3+k3s1",
    artifacts: { mirror: "http://mirror.example.com:8080/k3s", images: true },
    servers: [
      {
        name: "s1",
        host: "10.0.0.11",
        ssh: { ...ssh, user: "root", hostKey },
        labels: { zone: "a", ...region, "example.com/tier": "control" },
        config: { ...shared, "flannel-iface": "eth1", "kubelet-arg+": ["v=2"] },
        nodeIp: "10.1.0.11",
        hooks: { before, after: ["date"] },
      },
      { name: "s2", host: "s2.example.com", ...plain },
      { name: "s3", host: "fd00::13", ...plain },
    ],
    agents: [
      {
        name: "a1",
        host: "10.0.0.11",
        ssh: { ...ssh, port: 2223 },
        labels: { zone: "z", ...region, "node.kubernetes.io/pool": "1" },
        config: {},
        hooks: { before, after: [] },
      },
    ],
    disable: ["traefik", "servicelb"],
    tlsSans: ["10.0.0.100", "k3s.example.com"],
    token: "not-so-secret-token",
    agentToken: "not-so-secret-either",
    endpoint: { address: "10.0.0.100", port: 8443 },
  });
});

test("the least one can say is a name, a version and a server", () => {
  expect(parseManifest(below(""), "cluster.yaml")).toEqual({
    name: "dev",
    version: "v1.33.3+k3s1",
    artifacts: { mirror: "https://github.com/k3s-io/k3s/releases/download", images: false },
    servers: [
      {
        name: "s1",
        host: "10.0.0.11",
        ssh: { user: "root", port: 22 },
        labels: {},
        config: {},
        hooks: { before: [], after: [] },
      },
    ],
    agents: [],
    disable: [],
    tlsSans: [],
  });
});

test("an object is checked as the same manifest is that was text", () => {
  const servers = [{ name: "s1", host: "10.0.0.11", nodeIp: undefined, ssh: { user: undefined } }];
  expect(checkManifest({ name: "dev", version: "v1.33.3+k3s1", servers }, "Pulumi.dev.yaml")).toEqual(
    parseManifest(below(""), "cluster.yaml"),
  );
});

test("the endpoint's port is 6443 unless it is given", () => {
  const { endpoint, tlsSans } = parseManifest(below("endpoint: { address: lb.example.com }"), "cluster.yaml");
  expect(endpoint).toEqual({ address: "lb.example.com", port: 6443 });
  expect(tlsSans).toEqual(["lb.example.com"]);
});

test.each([
  ["anchors and aliases", below("labels: &all { gpu: yes }\nagents: [{ name: a1, host: h, labels: *all }]")],
  ["merge keys", machine("{ <<: &key { ssh: { identityFile: key } }, name: s2, host: h }")],
  ["Windows line ends", below("labels: { a: b }").replaceAll("\n", "\r\n")],
  ["a byte order mark", `\ufeff${below("")}`],
  ["JSON", '{"name":"dev","version":"v1.33.3+k3s1","servers":[{"name":"s1","host":"10.0.0.11"}]}'],
  ["one host behind two ports", machine("{ name: s2, host: 10.0.0.11, ssh: { port: 2222 } }")],
  [
    "a fingerprint as host key",
    machine(`{ name: s2, host: h, ssh: { hostKey: "SHA256:${"a".repeat(43)}" } }`),
  ],
  ["a node name with dots", machine("{ name: s2.example.com, host: s2.example.com }")],
  ["an empty label", below('labels: { gpu: "" }')],
  ["the full form of a token", below(`token: K10${"0".repeat(64)}::server:secret`)],
  ["a hook of several lines", below("hooks:\n  before: |\n    set -e\n    date")],
  [
    "an address of its own in k3s's words",
    machine('{ name: s2, host: h, config: { node-ip: "10.0.0.1,fd00::1" } }'),
  ],
  ["a version in quotes", version('"v1.34.0+k3s12"')],
])("accepted: %s", (_, text) => {
  expect(parseManifest(text, "cluster.yaml").name).toBe("dev");
});
