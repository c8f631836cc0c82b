import { checkManifest, parseManifest } from "../../manifest/parse";
import { below, machine, version } from "./texts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Bb8bTnAhTSHMSTcFmXOaIRd0q3Zyq1Mt8cXf0AbcD";

const complete = `
name: dev
version: v1.33.3+k3s1
ssh:
  user: admin
  port: 2222
  identityFile: ~/.ssh/id_ed25519
  passphrase: a passphrase
  agent: /run/agent.sock
  knownHosts: ./known_hosts
  configFile: ./ssh_config
  sudoPassword: sudo
  bastion: { host: jump.example.com, user: me, port: 2200, trustOnFirstUse: true, password: hop }
artifacts: { mirror: "http://mirror.example.com:8080/k3s/", images: true }
servers:
  - name: s1
    host: 10.0.0.11
    ssh: { user: root, hostKey: "${hostKey} root@s1", bastion: [] }
    labels: { zone: a, example.com/tier: control }
    taints: ["CriticalAddonsOnly=true:NoExecute", { key: a, effect: NoSchedule }]
    config: { flannel-iface: eth1, "kubelet-arg+": [v=2], node-ip: "10.1.0.11,fd00::11" }
    hooks: { after: date }
  - { name: s2, host: s2.example.com }
agents:
  - { name: a1, host: 10.0.0.11, ssh: { port: 2223, configFile: false, agent: false }, labels: { node.kubernetes.io/pool: "1" } }
pools:
  - name: more
    role: server
    machines: [{ name: s3, host: "fd00::13" }]
  - name: gpu
    role: agent
    ssh: { user: gpu, bastion: [{ host: outer }, { host: inner, hostKey: "SHA256:${"a".repeat(43)}", agent: true }] }
    labels: { gpu: "yes", zone: b }
    taints: [gpu=a:NoSchedule, gpu=a:NoExecute]
    config: { kubelet-arg: [v=1], flannel-iface: eth2 }
    hooks: { before: nvidia-smi }
    machines:
      - { name: g1, host: g1 }
      - name: g2
        host: g2
        ssh: { user: root, password: secret }
        labels: { zone: c }
        taints: [gpu=b:NoSchedule]
        config: { flannel-iface: eth3 }
        hooks: { before: date }
labels: { zone: z, topology.kubernetes.io/region: eu }
network:
  clusterCidr: [10.40.0.0/16, "fd00:42::/56"]
  serviceCidr: [10.41.0.0/16, "fd00:43::/112"]
  clusterDns: [10.41.0.10, "fd00:43::a"]
  flannelBackend: wireguard-native
  nodeCidrMaskSize: 25
datastore: { kind: external, endpoint: "mysql://k3s:secret@tcp(db.example.com:3306)/k3s", caFile: /etc/ca, certFile: /etc/c, keyFile: /etc/k }
registries:
  mirrors:
    "*": {}
    docker.io: { endpoint: ["https://mirror.example.com:5000/v2"], rewrite: { "^rancher/(.*)": mirror/$1 } }
  configs:
    mirror.example.com:5000:
      auth: { username: me, password: secret }
      tls: { ca_file: /etc/ca.pem, cert_file: /etc/cert.pem, key_file: /etc/key.pem, insecure_skip_verify: false }
    other.example.com: { auth: { identity_token: secret } }
disable: [traefik, servicelb]
tlsSans: [k3s.example.com, 10.0.0.100]
kubelet: { args: [max-pods=250, "eviction-hard=memory.available<5%"] }
apiserver: { args: [audit-log-path=/var/log/audit.log] }
config: { flannel-iface: eth0, secrets-encryption: true }
token: not-so-secret-token
agentToken: not-so-secret-either
endpoint: { address: 10.0.0.100, port: 8443 }
hooks: { before: [apt-get update, apt-get install -y open-iscsi] }
minima: { server: { cpus: 2, memory: 2Gi, disk: 20G }, agent: { memory: 512Mi } }
timeouts: { connect: 90 s, ready: 5 minutes }
upgrade: { agents: { atOnce: 2, drain: true }, servers: { drain: false } }
drain: { timeout: 90 s, grace: 10 s, emptyDirs: keep }
allowSingleServer: true
preflight: { small-disk: ignore, clock-off: error }
proxy: { http: "http://me:secret@proxy:3128", https: "http://proxy:3128", noProxy: .example.com }
`;

test("a complete manifest says on each machine what holds for it", () => {
  const bastion = [
    { host: "jump.example.com", user: "me", port: 2200, trustOnFirstUse: true, password: "hop" },
  ];
  const hops = [{ host: "outer" }, { host: "inner", hostKey: `SHA256:${"a".repeat(43)}`, agent: true }];
  const ssh = {
    user: "admin",
    port: 2222,
    identityFile: "~/.ssh/id_ed25519",
    passphrase: "a passphrase",
    agent: "/run/agent.sock",
    knownHosts: "./known_hosts",
    configFile: "./ssh_config",
    sudoPassword: "sudo",
    bastion,
  };
  const region = { "topology.kubernetes.io/region": "eu" };
  const shared = { "flannel-iface": "eth0", "secrets-encryption": true };
  const before = ["apt-get update", "apt-get install -y open-iscsi"];
  const plain = {
    ssh,
    labels: { zone: "z", ...region },
    taints: [],
    config: shared,
    hooks: { before, after: [] },
  };
  const gpu = (value: string, effect: string) => ({ key: "gpu", value, effect });

  expect(parseManifest(complete, "cluster.yaml")).toEqual({
    name: "dev",
    version: "v1.33.3+k3s1",
    adopt: false,
    artifacts: { mirror: "http://mirror.example.com:8080/k3s", images: true },
    balancers: [],
    servers: [
      {
        name: "s1",
        host: "10.0.0.11",
        ssh: { ...ssh, user: "root", hostKey, bastion: [] },
        labels: { zone: "a", ...region, "example.com/tier": "control" },
        taints: [
          { key: "CriticalAddonsOnly", value: "true", effect: "NoExecute" },
          { key: "a", value: "", effect: "NoSchedule" },
        ],
        config: {
          ...shared,
          "flannel-iface": "eth1",
          "kubelet-arg+": ["v=2"],
          "node-ip": "10.1.0.11,fd00::11",
        },
        hooks: { before, after: ["date"] },
      },
      { name: "s2", host: "s2.example.com", ...plain },
      { name: "s3", host: "fd00::13", ...plain },
    ],
    agents: [
      {
        name: "a1",
        host: "10.0.0.11",
        ssh: { ...ssh, port: 2223, configFile: false, agent: false },
        labels: { zone: "z", ...region, "node.kubernetes.io/pool": "1" },
        taints: [],
        config: {},
        hooks: { before, after: [] },
      },
      {
        name: "g1",
        host: "g1",
        ssh: { ...ssh, user: "gpu", bastion: hops },
        labels: { zone: "b", ...region, gpu: "yes" },
        taints: [gpu("a", "NoSchedule"), gpu("a", "NoExecute")],
        config: { "kubelet-arg": ["v=1"], "flannel-iface": "eth2" },
        hooks: { before: [...before, "nvidia-smi"], after: [] },
      },
      {
        name: "g2",
        host: "g2",
        ssh: { ...ssh, user: "root", password: "secret", bastion: hops },
        labels: { zone: "c", ...region, gpu: "yes" },
        taints: [gpu("a", "NoExecute"), gpu("b", "NoSchedule")],
        config: { "kubelet-arg": ["v=1"], "flannel-iface": "eth3" },
        hooks: { before: [...before, "nvidia-smi", "date"], after: [] },
      },
    ],
    network: {
      clusterCidr: ["10.40.0.0/16", "fd00:42::/56"],
      serviceCidr: ["10.41.0.0/16", "fd00:43::/112"],
      clusterDns: ["10.41.0.10", "fd00:43::a"],
      flannelBackend: "wireguard-native",
      nodeCidrMaskSize: 25,
    },
    datastore: {
      kind: "external",
      endpoint: "mysql://k3s:secret@tcp(db.example.com:3306)/k3s",
      caFile: "/etc/ca",
      certFile: "/etc/c",
      keyFile: "/etc/k",
    },
    registries: {
      mirrors: {
        "*": { endpoint: [] },
        "docker.io": {
          endpoint: ["https://mirror.example.com:5000/v2"],
          rewrite: { "^rancher/(.*)": "mirror/$1" },
        },
      },
      configs: {
        "mirror.example.com:5000": {
          auth: { username: "me", password: "secret" },
          tls: {
            ca_file: "/etc/ca.pem",
            cert_file: "/etc/cert.pem",
            key_file: "/etc/key.pem",
            insecure_skip_verify: false,
          },
        },
        "other.example.com": { auth: { identity_token: "secret" } },
      },
    },
    disable: ["traefik", "servicelb"],
    tlsSans: ["10.0.0.100", "k3s.example.com"],
    kubelet: { args: ["max-pods=250", "eviction-hard=memory.available<5%"] },
    apiserver: { args: ["audit-log-path=/var/log/audit.log"] },
    token: "not-so-secret-token",
    agentToken: "not-so-secret-either",
    endpoint: { address: "10.0.0.100", port: 8443 },
    minima: { server: { cpus: 2, memory: "2Gi", disk: "20G" }, agent: { memory: "512Mi" } },
    timeouts: { connect: "90 s", ready: "5 minutes" },
    tokens: {},
    certificates: {},
    upgrade: { agents: { atOnce: 2, drain: true }, servers: { drain: false } },
    drain: { timeout: "90 s", grace: "10 s", emptyDirs: "keep" },
    allowSingleServer: true,
    preflight: { "small-disk": "ignore", "clock-off": "error" },
    proxy: { http: "http://me:secret@proxy:3128", https: "http://proxy:3128", noProxy: [".example.com"] },
  });
});

test.each([
  ["the widest", complete],
  ["the least", below("")],
])("%s manifest says the same when it is checked again", (_, text) => {
  const once = parseManifest(text, "cluster.yaml");
  expect(checkManifest(once, "cluster")).toEqual(once);
});

test("the least one can say is a name, a version and a server", () => {
  expect(parseManifest(below(""), "cluster.yaml")).toEqual({
    name: "dev",
    version: "v1.33.3+k3s1",
    adopt: false,
    artifacts: { mirror: "https://github.com/k3s-io/k3s/releases/download", images: false },
    balancers: [],
    servers: [
      {
        name: "s1",
        host: "10.0.0.11",
        ssh: {},
        labels: {},
        taints: [],
        config: {},
        hooks: { before: [], after: [] },
      },
    ],
    agents: [],
    network: { clusterCidr: ["10.42.0.0/16"], serviceCidr: ["10.43.0.0/16"], flannelBackend: "vxlan" },
    datastore: { kind: "etcd" },
    disable: [],
    tlsSans: [],
    kubelet: { args: [] },
    apiserver: { args: [] },
    minima: { server: {}, agent: {} },
    timeouts: {},
    tokens: {},
    certificates: {},
    upgrade: { agents: { atOnce: "10%", drain: true }, servers: { drain: true } },
    drain: { timeout: "5 minutes", emptyDirs: "delete" },
    allowSingleServer: false,
    preflight: {},
  });
});

test("a cluster may be made of pools alone", () => {
  const text =
    "name: dev\nversion: v1.33.3+k3s1\npools: [{ name: all, role: server, machines: [{ name: s1, host: 10.0.0.11 }] }]\n";
  expect(parseManifest(text, "cluster.yaml")).toEqual(parseManifest(below(""), "cluster.yaml"));
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
  ["what every server says alike", below("").replace("11 }", "11, config: { cluster-domain: a.local } }")],
  ["a node address", machine("{ name: s2, host: h, nodeIp: 10.1.0.2 }")],
  ["sqlite on one server", below("datastore: { kind: sqlite }")],
  ["etcd elsewhere", below('datastore: { kind: external, endpoint: "https://e1:2379,https://e2:2379" }')],
  [
    "one family, and it is IPv6",
    below('network: { clusterCidr: "fd00:42::/56", serviceCidr: "fd00:43::/112" }'),
  ],
  ["one block in a list", below("network: { clusterCidr: [10.64.0.0/16] }")],
  ["as many nodes as there are shares", below("network: { clusterCidr: 10.42.0.0/24 }")],
  ["a taint without a value", machine("{ name: s2, host: h, taints: [example.com/a:NoSchedule] }")],
  ["one key with two effects", machine('{ name: s2, host: h, taints: ["a:NoSchedule", "a=b:NoExecute"] }')],
  [
    "an agent's arguments beside those of all",
    machine("{ name: s2, host: h, config: { kubelet-arg: [v=9] } }").concat(
      "kubelet: { args: [max-pods=9] }\n",
    ),
  ],
  ["a version in quotes", version('"v1.34.0+k3s12"')],
])("accepted: %s", (_, text) => {
  expect(parseManifest(text, "cluster.yaml").name).toBe("dev");
});
