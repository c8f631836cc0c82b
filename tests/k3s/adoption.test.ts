import { judge, type Wanted } from "../../k3s/adoption";
import type { NodeConfig } from "../../k3s/config";
import type { Running } from "../../k3s/running";

const version = "v1.33.3+k3s1";
const text = (path: string, lines: string) => ({ path, text: lines });
const unit = (command: string, name = "k3s") =>
  text(`/etc/systemd/system/${name}.service`, `[Service]\nExecStart=/usr/local/bin/k3s ${command}\n`);
const env = (lines: string, name = "k3s") => text(`/etc/systemd/system/${name}.service.env`, lines);

/** What k3s's installer leaves. */
function running(command = "server --cluster-init", more: Partial<Running> = {}): Running {
  return {
    unit: "k3s",
    units: ["k3s.service"],
    active: true,
    file: unit(command),
    dropIns: [],
    environment: [env("K3S_TOKEN='t0p secret'\n")],
    config: [],
    version,
    hostname: "S1",
    datastore: "etcd",
    serverCa: "a",
    agentCa: "a",
    unfinished: false,
    owner: "",
    ...more,
  };
}

const agent = (command = "agent", more: Partial<Running> = {}) =>
  running(command, {
    unit: "k3s-agent",
    units: ["k3s-agent.service"],
    file: unit(command, "k3s-agent"),
    environment: [env("K3S_TOKEN='t0p secret'\nK3S_URL='https://10.0.0.1:6443'\n", "k3s-agent")],
    hostname: "a1",
    ...more,
  });

/** What a manifest says that says nothing of its own: the addresses are always there. */
const plain = { "cluster-cidr": "10.42.0.0/16", "service-cidr": "10.43.0.0/16", "flannel-backend": "vxlan" };

function wanted(config: Partial<NodeConfig> = {}, more: Partial<Wanted> = {}): Wanted {
  return { config: { role: "server", name: "s1", extra: plain, ...config }, version, ...more };
}

const wantedAgent = (config: Partial<NodeConfig> = {}) =>
  wanted({ role: "agent", name: "a1", join: "https://10.0.0.9:6443", extra: {}, ...config });

test.each<[string, Running, Wanted]>([
  ["a server of k3s's installer", running(), wanted()],
  ["an agent of k3s's installer, joined elsewhere", agent(), wantedAgent()],
  [
    "flags in another order, as k3sup has them",
    running("server --tls-san 10.0.0.1 --disable servicelb --disable traefik"),
    wanted({ disable: ["traefik", "servicelb"], tlsSans: ["10.0.0.1"] }),
  ],
  [
    "a token on the command line, as k3s-ansible had it",
    running("server --cluster-init --data-dir /var/lib/rancher/k3s --token 'x y' \\\n --disable=traefik", {
      environment: [],
    }),
    wanted({ disable: ["traefik"] }),
  ],
  [
    "a file, as k3s-ansible has it",
    running("server", {
      config: [text("/etc/rancher/k3s/config.yaml", "disable: [traefik]\nwrite-kubeconfig-mode: '0644'\n")],
    }),
    wanted({ disable: ["traefik"], extra: { ...plain, "write-kubeconfig-mode": "644" } }),
  ],
  ["a member that joined another server", running("server --server https://10.0.0.7:6443"), wanted()],
  [
    "flags in a unit without a head, as Zarf has it",
    running("", {
      file: text(
        "/etc/systemd/system/k3s.service",
        "Description=Zarf\n[Service]\nExecStart=/usr/sbin/k3s server --disable traefik\n",
      ),
    }),
    wanted({ disable: ["traefik"] }),
  ],
  [
    "sqlite where that is declared",
    running("server", { datastore: "sqlite" }),
    wanted({}, { datastore: { kind: "sqlite" } }),
  ],
  [
    "a database where it is declared",
    running("server", {
      datastore: "external",
      environment: [env("K3S_DATASTORE_ENDPOINT=postgres://u:p@db/k3s\n")],
    }),
    wanted({}, { datastore: { kind: "external", endpoint: "postgres://u:p@db/k3s" } }),
  ],
  [
    "labels and taints, which the API has",
    running("server --node-label a=b --node-taint c=d:NoSchedule"),
    wanted({ labels: { x: "y" } }),
  ],
  [
    "registries written in another order",
    running("server", { registries: "configs: {}\nmirrors: {docker.io: {endpoint: [a]}}\n" }),
    wanted({}, { registries: "# Ours.\nmirrors:\n  docker.io:\n    endpoint:\n      - a\nconfigs: {}\n" }),
  ],
  ["registries of its own, which stay", running("server", { registries: "mirrors: {}\n" }), wanted()],
  [
    "a proxy where it is declared, in capitals or not",
    running("server", { environment: [env("http_proxy='http://p:3128'\n")] }),
    wanted({}, { environment: '# Ours.\nHTTP_PROXY="http://p:3128"\n' }),
  ],
  [
    "variables of a file that is read as before",
    running("server", { environment: [text("/etc/default/k3s", "K3S_KUBECONFIG_MODE=644\nGOGC=50\n")] }),
    wanted(),
  ],
  [
    "a drop-in for limits",
    running("server", {
      dropIns: [text("/etc/systemd/system/k3s.service.d/limits.conf", "[Service]\nLimitNOFILE=5\n")],
    }),
    wanted(),
  ],
  [
    "what a run that was cut off has written already",
    running("server --disable traefik", {
      config: [
        text("/etc/rancher/k3s/config.yaml", "disable: [traefik]\ncluster-init: true\nnode-name: s1\n"),
      ],
    }),
    wanted({ disable: ["traefik"] }),
  ],
])("%s goes on as it runs", (_, is, becomes) => {
  expect(judge(is, becomes)).toEqual({ refusals: [], differences: [] });
});

test.each<[string, Running, Wanted, string[]]>([
  ["a component that goes", running(), wanted({ disable: ["traefik"] }), ["disable: [] → [traefik]"]],
  [
    "flags that are not declared",
    running("server --write-kubeconfig-mode 644 --write-kubeconfig /root/.kube/config"),
    wanted(),
    ["write-kubeconfig: /root/.kube/config → k3s's default", "write-kubeconfig-mode: 644 → k3s's default"],
  ],
  ["a name in the certificate", running(), wanted({ tlsSans: ["k.example"] }), ["tls-san: [] → [k.example]"]],
  [
    "a switch",
    agent(),
    wantedAgent({ extra: { "disable-apiserver-lb": true } }),
    ["disable-apiserver-lb: k3s's default → true"],
  ],
  [
    "what opens something",
    running("server --etcd-s3-secret-key abc"),
    wanted(),
    ["etcd-s3-secret-key: another value"],
  ],
  [
    "a proxy, without its password",
    running("server", { environment: [env("HTTPS_PROXY=http://u:abc@p:1\nCONTAINERD_LOG=x\n")] }),
    wanted({}, { environment: "HTTPS_PROXY=http://u:def@p:1\nNO_PROXY=10.0.0.0/8\n" }),
    ["the variable CONTAINERD_LOG goes", "the variable HTTPS_PROXY changes", "the variable NO_PROXY comes"],
  ],
  ["registries", running(), wanted({}, { registries: "mirrors: {}\n" }), ["registries.yaml comes"]],
  [
    "a run that was cut off",
    running("server", { unfinished: true }),
    wanted(),
    ["a run that was cut off had not restarted it yet"],
  ],
])("k3s restarts for %s", (_, is, becomes, differences) => {
  expect(judge(is, becomes)).toEqual({ refusals: [], differences });
});

test.each<[string, Running, Wanted, RegExp]>([
  [
    "another folder",
    running("server --data-dir /data"),
    wanted(),
    /^it runs with data-dir: \/data, and data is in \/var/,
  ],
  [
    "rootless",
    running("server --rootless"),
    wanted(),
    /^it runs with rootless: true, and k3s runs as root here$/,
  ],
  ["docker", agent("agent --docker"), wantedAgent(), /only k3s's own containerd/],
  [
    "cri-dockerd",
    agent("agent --container-runtime-endpoint unix:///x"),
    wantedAgent(),
    /only k3s's own containerd/,
  ],
  ["another port", running("server --https-listen-port 7443"), wanted(), /servers answer at port 6443 here/],
  ["a configuration elsewhere", running("server -c /opt/k3s.yaml"), wanted(), /in another place than/],
  [
    "a newer version",
    running("server", { version: "v1.34.1+k3s1" }),
    wanted(),
    /^it runs v1\.34\.1\+k3s1, and v1\.33\.3\+k3s1 is declared$/,
  ],
  [
    "other addresses of pods",
    running("server --cluster-cidr 10.50.0.0/16"),
    wanted(),
    /^its cluster was made with cluster-cidr: 10\.50\.0\.0\/16$/,
  ],
  [
    "another backend",
    running("server --flannel-backend=host-gw"),
    wanted(),
    /^its cluster was made with flannel-backend: host-gw$/,
  ],
  [
    "encryption",
    running("server --secrets-encryption"),
    wanted(),
    /^its cluster was made with secrets-encryption: true$/,
  ],
  [
    "no encryption",
    running(),
    wanted({ extra: { "secrets-encryption": true } }),
    /^its cluster was made without secrets-encryption$/,
  ],
  ["another name", running("server --node-name other"), wanted(), /^its node is other$/],
  ["another hostname", running("server", { hostname: "box" }), wanted(), /^its node is box$/],
  [
    "another datastore",
    running("server", { datastore: "sqlite" }),
    wanted(),
    /^its cluster's state is in sqlite, and etcd is declared$/,
  ],
  [
    "another database",
    running("server --datastore-endpoint mysql://a", { datastore: "external" }),
    wanted({}, { datastore: { kind: "external", endpoint: "mysql://b" } }),
    /^its cluster's state is in another database$/,
  ],
  ["another role", running("server"), wantedAgent(), /^it runs as server, and is to be agent$/],
  [
    "a unit of another name",
    running("server", { unit: "", units: ["k3s-prod.service"], file: undefined }),
    wanted(),
    /^neither k3s\.service nor k3s-agent\.service starts it; there is k3s-prod\.service$/,
  ],
  ["an agent by the servers' unit", running("agent"), wantedAgent(), /^k3s\.service starts it as agent$/],
  [
    "a shell that starts it",
    running("", { file: text("/etc/systemd/system/k3s.service", "ExecStart=/bin/sh -c 'k3s server'") }),
    wanted(),
    /starts \/bin\/sh, and not k3s/,
  ],
  [
    "a unit for once",
    running("", { file: text("/run/systemd/transient/k3s.service", "ExecStart=/opt/k3s server") }),
    wanted(),
    /which is gone after a reboot$/,
  ],
  [
    "a drop-in with another command",
    running("server", {
      dropIns: [
        text(
          "/etc/systemd/system/k3s.service.d/o.conf",
          "[Service]\nExecStart=\nExecStart=/k3s server --debug\n",
        ),
      ],
    }),
    wanted(),
    /^\/etc\/systemd\/system\/k3s\.service\.d\/o\.conf changes what its unit starts/,
  ],
  [
    "a file that is no YAML",
    running("server", { config: [text("/etc/rancher/k3s/config.yaml", "token: [geheim")] }),
    wanted(),
    /^\/etc\/rancher\/k3s\/config\.yaml is no YAML$/,
  ],
])("%s is refused", (_, is, becomes, cause) => {
  const { refusals } = judge(is, becomes);
  expect(refusals.map((each) => each.cause)).toEqual([expect.stringMatching(cause)]);
});

test("all reasons are told together, each with what to do", () => {
  const is = running("server --docker --service-cidr 10.9.0.0/16", {
    version: "v1.32.0+k3s1",
    hostname: "box",
  });
  expect(judge(is, wanted()).refusals.map(({ next }) => next)).toEqual([
    "give version: v1.32.0+k3s1 first, and another one when it is taken over",
    "give the machine the name box",
    "change that first, or use another machine",
    "give network.serviceCidr: 10.9.0.0/16",
  ]);
});

test("no secret of it is told", () => {
  const is = running(
    "server --token abc1 --agent-token abc2 --datastore-endpoint mysql://abc3 --vpn-auth abc4 --docker",
    {
      environment: [env("K3S_TOKEN=abc5\nHTTP_PROXY=http://abc6\nAWS_SECRET_ACCESS_KEY=abc7\n")],
      registries: "configs: {r: {auth: {password: abc8}}}\n",
    },
  );
  expect(JSON.stringify(judge(is, wanted({}, { registries: "mirrors: {}\n" })))).not.toMatch(/abc\d/);
});
