import { type Answer, download, type StubMachine, stubMachine } from "./harness";

interface Peer {
  name: string;
  subnet: string;
  address?: string;
  kind?: string;
}

/** As the API writes a list of nodes, with some of what is around what counts. */
function list(...peers: Peer[]): string {
  const items = peers.map(({ name, subnet, address, kind = "vxlan" }) => ({
    metadata: {
      name,
      uid: "uid",
      annotations: {
        "example.com/note": '{"name":"s9","podCIDR":"10.42.9.0/24"}',
        ...(address && {
          "flannel.alpha.coreos.com/backend-type": kind,
          [`flannel.alpha.coreos.com/public-ip${address.includes(":") ? "v6" : ""}`]: address,
        }),
      },
      managedFields: [{ manager: "k3s", fieldsV1: { "f:metadata": { "f:name": {} } } }],
    },
    spec: { podCIDR: subnet, podCIDRs: [subnet], providerID: `k3s://${name}` },
    status: { images: [{ names: ["rancher/pause:3.6"], name: "x" }] },
  }));
  const body = { kind: "NodeList", apiVersion: "v1", metadata: { resourceVersion: "7" }, items };
  return JSON.stringify(body, null, 2);
}

const s1 = { name: "s1", subnet: "10.42.0.0/24", address: "172.30.0.11" };
const a1 = { name: "a1", subnet: "10.42.1.0/24", address: "172.30.0.21" };
const a2 = { name: "a2", subnet: "10.42.2.0/24", address: "172.30.0.22" };
const silent = 28;

/** A machine in a cluster of these nodes: what curl makes of their addresses, 0 where it is not said. */
function among(peers: Peer[], answers: Record<string, Answer | Answer[]> = {}, ping = 1): StubMachine {
  const machine = stubMachine();
  const others = Object.entries(answers).map(([host, answer]) => [`* http://${host}:10250/`, answer]);
  machine.stub("curl", {
    "* https://127.0.0.1:6444/api/v1/nodes?pretty=true": download(list(...peers)),
    ...Object.fromEntries(others),
    "* http://*:10250/": 0,
  });
  machine.stub("ip", { "-o route get *": "10.42.1.0 via 10.42.1.0 dev flannel.1 src 10.42.0.0 uid 0 \n" });
  machine.stub("ping", { "*": ping });
  return machine;
}

const variables = { NODE: "s1", ONLY: "", PATIENCE: "10" };
const check = (machine: StubMachine, more = {}) => machine.run("check-tunnel", { ...variables, ...more });
const fine = { code: 0, stdout: "", stderr: "" };
const asked = (machine: StubMachine, more = {}) =>
  check(machine, more)
    .linesOf("curl")
    .map((line) => line.slice(line.lastIndexOf(" ") + 1))
    .filter((address) => address.startsWith("http://"))
    .sort();

test("the kubelet of every other node is asked at its end of the tunnel, and all answer", () => {
  const machine = among([s1, a1, a2]);
  expect(check(machine)).toMatchObject(fine);
  expect(asked(machine)).toEqual(["http://10.42.1.0:10250/", "http://10.42.2.0:10250/"]);
});

test("nobody is asked but who is named", () => {
  expect(asked(among([s1, a1, a2]), { ONLY: "s1 a2" })).toEqual(["http://10.42.2.0:10250/"]);
});

test("the API is asked as flannel asks it, and it must be the cluster's own", () => {
  const [line] = check(among([s1])).linesOf("curl");
  expect(line).toMatch(
    /--cacert \S+\/agent\/server-ca.crt --cert \S+\/agent\/client-k3s-controller.crt --key \S+\/agent\/client-k3s-controller.key /,
  );
  expect(line).not.toMatch(/(^| )-[a-z]*k( |$)|--insecure/);
});

test.each([
  ["vxlan", a1, 8472],
  ["wireguard", { ...a1, kind: "wireguard" }, 51820],
  ["wireguard of IPv6", { ...a1, subnet: "fd42:1::/64", address: "fd00::21", kind: "wireguard" }, 51821],
])(
  "one who answers only beside the tunnel is named with the port of %s, after the patience",
  (_, peer, port) => {
    const [end] = peer.subnet.split("/");
    const machine = among([s1, peer, a2], { [end?.includes(":") ? `[${end}]` : `${end}`]: silent });
    const outcome = check(machine);
    expect(outcome).toMatchObject({ code: 0, stdout: `a1 ${peer.address} ${port}\n`, stderr: "" });
    expect(outcome.linesOf("sleep")).toHaveLength(10);
  },
);

test("one who does not answer beside the tunnel either is down, which is noticed at once", () => {
  const outcome = check(among([s1, a1], { "10.42.1.0": silent, "172.30.0.21": silent }));
  expect(outcome).toMatchObject(fine);
  expect(outcome.linesOf("sleep")).toEqual([]);
});

test.each<[string, Answer | Answer[], number]>([
  ["answers late", [silent, silent, 0], 1],
  ["refuses", 7, 1],
  ["answers a ping only", silent, 0],
])("one who %s through the tunnel is reached", (_, answer, ping) => {
  expect(check(among([s1, a1], { "10.42.1.0": answer }, ping))).toMatchObject(fine);
});

test("nobody is asked before flannel has made a way, nor is it anybody's fault when it makes none", () => {
  const machine = among([s1, a1]);
  const elsewhere = "10.42.1.0 via 172.30.0.1 dev eth0 src 172.30.0.11 uid 0 \n";
  machine.stub("ip", {
    "-o route get 10.42.1.0": [elsewhere, 2, "10.42.1.0 dev flannel-wg src 10.42.0.0\n"],
  });
  const outcome = check(machine);
  expect(outcome).toMatchObject(fine);
  expect(outcome.linesOf("sleep")).toHaveLength(2);
  machine.stub("ip", { "-o route get 10.42.1.0": elsewhere });
  expect(asked(machine)).toEqual([]);
});

test.each([
  ["flannel's host-gw", { ...a1, kind: "host-gw" }],
  ["another network than flannel", { name: "a1", subnet: "10.42.1.0/24" }],
])("of %s there is nothing to look at", (_, peer) => {
  const machine = among([s1, peer]);
  expect(check(machine)).toMatchObject(fine);
  expect(asked(machine)).toEqual([]);
});

test("an API that does not list the nodes ends it with 69, after the patience", () => {
  const machine = among([s1]);
  machine.stub("curl", { "*": 22 });
  const outcome = check(machine);
  expect(outcome).toMatchObject({ code: 69, stdout: "", stderr: "the API does not list the nodes\n" });
  expect(outcome.linesOf("sleep")).toHaveLength(10);
});

test("many nodes are all asked, and never more than sixteen at once", () => {
  const peers = Array.from({ length: 40 }, (_, n) => ({
    name: `a${n}`,
    subnet: `10.42.${n + 1}.0/24`,
    address: `172.30.1.${n}`,
  }));
  const machine = among([s1, ...peers], { "10.42.*": { shell: "echo + >>log; sleep 0.05; echo - >>log" } });
  expect(asked(machine)).toHaveLength(40);
  let [now, most] = [0, 0];
  for (const line of machine.read("/log").trim().split("\n")) {
    now += line === "+" ? 1 : -1;
    most = Math.max(most, now);
  }
  expect([now, most > 1, most <= 16]).toEqual([0, true, true]);
});
