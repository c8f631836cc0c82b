import { parseFacts } from "../../providers/preflight/facts";
import { type Answers, stubMachine } from "./harness";

const none = { BALANCERS: "yes", VIPS: "", VIP_PORT: "8443" };

function bare(curl: Answers = {}, more: Record<string, Answers> = {}) {
  const machine = stubMachine();
  machine.stub("ip", {
    "-o addr show":
      "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.0.0.1/24 brd 10.0.0.255\n2: eth0    inet6 fd00::1/64 scope global\n",
    ...(more.ip ?? { "neigh show to *": "" }),
  });
  machine.stub("systemctl", more.systemctl ?? { "*": 3 });
  machine.stub("ping", more.ping ?? { "*": 1 });
  machine.stub("curl", curl);
  return machine;
}

function facts(machine: ReturnType<typeof bare>, VIPS = "") {
  const { stdout, stderr, code } = machine.run("probe-balancers", { ...none, VIPS });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return parseFacts(stdout);
}

const network = ["lo 127.0.0.1/8", "eth0 10.0.0.1/24", "eth0 fd00::1/64"];

test("where there are to be none nothing is looked at", () => {
  expect(stubMachine().run("probe-balancers", {})).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "",
    calls: [],
  });
});

test("a machine's networks are told, ours that is there, and others' that run", () => {
  const machine = bare({}, { systemctl: { "is-active --quiet haproxy": 0, "*": 3 } });
  machine.write("/etc/keepalived-k3s/keepalived.conf", "");
  expect(facts(machine)).toEqual({ network, installed: ["keepalived"], running: ["haproxy"] });
});

test("whose ours is is told where its file says so", () => {
  const machine = bare();
  machine.write("/etc/keepalived-k3s/owner", "prod/s1");
  machine.write("/etc/haproxy-k3s/owner", "");
  expect(facts(machine)).toMatchObject({
    installed: ["haproxy", "keepalived"],
    keepalived_owner: ["prod/s1"],
  });
  expect(facts(machine)).not.toHaveProperty("haproxy_owner");
});

const refused = { shell: "echo '* connect to 10.0.0.100 port 8443 failed: Connection refused' >&2; exit 7" };
const silent = { shell: "echo '* Connection timed out' >&2; exit 28" };

test("nobody is at an address that neither answers nor is anybody's", () => {
  expect(facts(bare({ "*": silent }), "10.0.0.100 fd00::100")).toEqual({ network });
});

test.each<[string, Answers, Record<string, Answers>]>([
  ["curl", { "*http://10.0.0.100:8443/": refused }, {}],
  ["ping", { "*": silent }, { ping: { "-c 1 -W 1 10.0.0.100": 0 } }],
  [
    "arp",
    { "*": silent },
    { ip: { "neigh show to 10.0.0.100": "10.0.0.100 dev eth0 lladdr 02:42:00:00:00:01 REACHABLE\n" } },
  ],
])("somebody is seen by %s", (how, curl, more) => {
  expect(facts(bare(curl, more), "10.0.0.100").answers).toEqual([`10.0.0.100 ${how}`]);
});

test("an address of IPv6 is in brackets", () => {
  const machine = bare({ "*//*fd00::100*:8443/": refused });
  expect(facts(machine, "fd00::100").answers).toEqual(["fd00::100 curl"]);
  expect(machine.run("probe-balancers", { ...none, VIPS: "fd00::100" }).linesOf("curl")[0]).toMatch(
    / http:\/\/\[fd00::100\]:8443\/$/,
  );
});
