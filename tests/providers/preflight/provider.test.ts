import type { Facts } from "../../../providers/preflight/facts";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { told } from "./told";

const machines = fakeMachines();
const host = sharedHost();
const preflight = () => host().resource("Preflight");

const machine = (name: string, more: Facts = {}) => machines.machine(name, { probe: told(name, more) });

function inputs(list: FakeMachine[], more: Props = {}, role = "server"): Props {
  const entries = list.map(({ name, connection }) => [name, { role, connection }]);
  return { cluster: "prod", row: rowFor("preflight"), machines: Object.fromEntries(entries), ...more };
}

test("machines that are ready pass, and each is looked at in one round trip", async () => {
  const list = [await machine("s1"), await machine("s2", { owner: ["prod/s2"] })];
  const { failures } = await preflight().check(undefined, inputs(list));
  expect(failures).toEqual([]);
  expect(list.map((each) => each.scripts())).toEqual([["probe"], ["probe"]]);
  await until("it is said", () => host().engine.said("preflight").length >= 2);
  expect(host().engine.said("preflight")).toEqual(["looking at s1", "looking at s2"]);
});

test("everything that is wrong with all machines is one table, which names no input: its value would be shown", async () => {
  const gone = await machines.unreachable("s4");
  const list = [
    await machine("s1", { swap: ["/dev/sda2"] }),
    await machine("s2", { missing: ["curl"], cgroups: ["cpu cpuset pids"], swap: ["/dev/sda2"] }),
    await machine("s3", { missing: ["curl"] }),
    gone,
    await machines.machine("s5", { probe: { code: 2, stderr: "sh: 1: Syntax error\n" } }),
  ];
  const { failures } = await preflight().check(undefined, inputs(list));
  expect(failures).toEqual([
    {
      property: "",
      reason: [
        "4 machines are not ready for k3s; nothing was changed:",
        "  error    s2, s3  curl                has no curl; what comes to a machine is fetched and verified with it. Install it with the machine's package manager.",
        `  error    s4      connection-refused  127.0.0.1:${gone.connection.port} refused the connection (ECONNREFUSED). ` +
          "Check that sshd runs there and listens on this port.",
        '  error    s5      probe-failed        "probe" failed with exit code 2: sh: 1: Syntax error. Correct the cause on s5, then run this again.',
        "  error    s2      cgroups             lacks the cgroup controllers memory; it has cpu, cpuset, pids. " +
          "Turn them on at boot (on a Raspberry Pi: cgroup_enable=memory cgroup_memory=1 in cmdline.txt).",
        "  warning  s1, s2  swap                swaps to /dev/sda2; a node that swaps is slow where it should be full. Turn it off with swapoff -a and in /etc/fstab.",
      ].join("\n"),
    },
  ]);
});

test("warnings alone do not fail; they are told", async () => {
  const s7 = await machine("s7", { ntp: ["no"] });
  const { failures } = await preflight().check(undefined, inputs([s7]));
  expect(failures).toEqual([]);
  const text = [
    "1 machine is fit for k3s, with reservations:",
    "  warning  s7  ntp  nothing sets its clock: it is not synchronised by NTP. Turn on chrony or systemd-timesyncd (timedatectl set-ntp true).",
  ].join("\n");
  await until("it is said", () => host().engine.said("preflight").includes(text));
});

test("overrides decide what fails, also of the connection", async () => {
  const gone = await machines.unreachable("s8");
  const list = [await machine("s1", { missing: ["curl"], ntp: ["no"] }), gone];
  const findings = { curl: "ignore", ntp: "warning", "connection-refused": "warning" };
  expect((await preflight().check(undefined, inputs(list, { findings }))).failures).toEqual([]);
});

test("a mistake in the overrides is told before any machine is looked at", async () => {
  const s1 = await machine("s1");
  const findings = { swop: "ignore", swap: "warn", "nothing-like-it": "error" };
  const { failures } = await preflight().check(undefined, inputs([s1], { findings }));
  expect(failures.map(({ reason }) => reason)).toEqual([
    "findings.nothing-like-it: there is no finding nothing-like-it; docs/preflight.md lists all",
    'findings.swap: "warn" is none of ignore, warning, error',
    "findings.swop: there is no finding swop; did you mean swap?",
  ]);
  expect(s1.ran).toEqual([]);
});

test("a machine that is as it was is not looked at again; a new one and one with another role are", async () => {
  const [s1, s2, s3] = [await machine("s1"), await machine("s2"), await machine("s3")];
  const before = inputs([s1, s2]);
  const after = {
    ...inputs([s1, s3]),
    machines: { ...(inputs([s1, s3]).machines as object), ...(inputs([s2], {}, "agent").machines as object) },
  };
  const { failures } = await preflight().check(before, after);
  expect(failures).toEqual([]);
  expect([s1, s2, s3].map((each) => each.scripts())).toEqual([[], ["probe"], ["probe"]]);
});

test("a node whose address is another machine's by now is refused", async () => {
  const [old, s1] = [await machine("s1"), await machine("s1")];
  const { failures } = await preflight().check(inputs([old]), inputs([s1]));
  expect(failures[0]?.reason).toContain(
    `other-machine  holds no node, and s1 was at 127.0.0.1:${old.connection.port};`,
  );
});

test("a machine is told what to look at, for its role and its peers", async () => {
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  const both = {
    ...(inputs([s1]).machines as object),
    ...(inputs([a1], {}, "agent").machines as object),
  };
  const more = {
    machines: both,
    nodeIps: { s1: "10.0.0.1", a1: "10.0.0.1,fd00::2" },
    mirror: "https://m.example",
    mirrorProxy: "none",
  };
  await preflight().check(undefined, { ...inputs([]), ...more, flannelBackend: "host-gw" });
  const common = {
    TOOLS: "curl sha256sum ps flock ip mount umount iptables apparmor_parser",
    MODULES: "br_netfilter overlay nf_conntrack ip_tables nf_tables",
    PLACES: "/ /tmp /usr/local/bin /etc/rancher /var/lib/rancher/k3s",
    MIRROR: "https://m.example",
    PROXY: "none",
  };
  expect(s1.variables("probe")).toEqual({
    ...common,
    PORTS: "6443 2379 2380 10250",
    PEERS: "a1 10.0.0.1 10250",
  });
  expect(a1.variables("probe")).toEqual({ ...common, PORTS: "6444 10250", PEERS: "s1 10.0.0.1 6443" });
});

test("other machines are looked at, and are no change of it", async () => {
  const [s1, s2] = [await machine("s1"), await machine("s2")];
  const { id, outs } = await preflight().create(inputs([s1]));
  expect(id).toBe("prod/preflight");
  const more = { version: "v1.35.0+k3s1", findings: { swap: "ignore" }, mirror: "https://m.example" };
  expect(await preflight().diff(outs, inputs([s1, s2], more))).toBe(false);
});

test("what HAProxy needs is looked at, on all machines when it changes; an address that is there is not asked for", async () => {
  const [s1, a1] = [await machine("s1"), await machine("a1")];
  const machines = {
    ...(inputs([s1]).machines as object),
    ...(inputs([a1], {}, "agent").machines as object),
  };
  const balancers = {
    ports: { server: [16443, 8443], agent: [16443], balancer: [] },
    open: { server: [8443], agent: [], balancer: [] },
    vip: { role: "server", addresses: [{ address: "10.0.0.100/24" }], port: 8443 },
  };
  const old = { ...inputs([]), machines };
  await preflight().check(old, { ...old, balancers });
  expect(s1.variables("probe")).toMatchObject({
    PORTS: "6443 2379 2380 10250 16443 8443",
    BALANCERS: "yes",
    VIPS: "10.0.0.100",
    VIP_PORT: "8443",
  });
  expect(a1.variables("probe")).toMatchObject({ PORTS: "6444 10250 16443", BALANCERS: "yes" });
  expect(a1.variables("probe")).not.toHaveProperty("VIPS");
  const more = { ...balancers, vip: { ...balancers.vip, interface: "eth0" } };
  await preflight().check({ ...old, balancers }, { ...old, balancers: more });
  expect(s1.variables("probe")).toMatchObject({ VIPS: "" });
  // A state from before others than servers could have it says nothing of who has.
  const { role: _, ...vip } = balancers.vip;
  await preflight().check({ ...old, balancers: { ...balancers, vip } }, { ...old, balancers: more });
  expect(s1.variables("probe")).toMatchObject({ VIPS: "" });
  // Others are to have it: these may have it still.
  const others = { ...balancers, vip: { ...balancers.vip, role: "agent" } };
  await preflight().check({ ...old, balancers }, { ...old, balancers: others });
  expect(a1.variables("probe")).toMatchObject({ VIPS: "10.0.0.100" });
});

test("a balancer is looked at for what it needs, and what it is to reach; nodes have nothing to do with it", async () => {
  const [s1, lb1] = [await machine("s1"), await machine("lb1")];
  const machines = {
    ...(inputs([s1]).machines as object),
    ...(inputs([lb1], {}, "balancer").machines as object),
  };
  const balancers = {
    ports: { server: [], agent: [16443], balancer: [8443] },
    open: { server: [], agent: [], balancer: [8443] },
    vip: { role: "balancer", addresses: [{ address: "10.0.0.100/24" }], port: 8443 },
  };
  const nodeIps = { s1: "10.0.0.11", lb1: "10.0.0.31" };
  await preflight().check(undefined, { ...inputs([]), machines, balancers, nodeIps });
  expect(lb1.variables("probe")).toMatchObject({
    PORTS: "8443",
    VIPS: "10.0.0.100",
    MIRROR: "",
    PEERS: "s1 10.0.0.11 6443",
  });
  expect(s1.variables("probe")).not.toHaveProperty("VIPS");
  expect(s1.variables("probe")).toMatchObject({ PEERS: "" });
});

test("a balancer needs nothing that only nodes need", async () => {
  const lb1 = await machine("lb1", {
    cpus: ["1"],
    memory: ["100"],
    server_data: ["/var/lib/rancher/k3s/server"],
  });
  const { failures } = await preflight().check(undefined, inputs([lb1], {}, "balancer"));
  expect(failures).toEqual([]);
});

test("servers that keep no state in etcd need not reach its ports, nor have them free", async () => {
  const list = [await machine("s1"), await machine("s2")];
  await preflight().check(
    undefined,
    inputs(list, { etcd: false, nodeIps: { s1: "10.0.0.1", s2: "10.0.0.2" } }),
  );
  expect(list[0]?.variables("probe")).toMatchObject({
    PORTS: "6443 10250",
    PEERS: "s2 10.0.0.2 6443\ns2 10.0.0.2 10250",
  });
});

test("the k3s of somebody else is looked at where it is to be taken over, and the table says what becomes of it", async () => {
  const unit = Buffer.from("ExecStart=/usr/local/bin/k3s server --disable traefik\n").toString("base64");
  const lines = "owner=\nhostname=s1\nunit=k3s\nactive=yes\nversion=v1.33.3+k3s1\nstore=etcd\n";
  const found = {
    stdout: `data=/var/lib/rancher/k3s\n${lines}file=/etc/systemd/system/k3s.service ${unit}\n`,
  };
  const facts = told("s1", { server_data: ["/var/lib/rancher/k3s/server/db"] });
  const s1 = await machines.machine("s1", { probe: facts, "read-k3s": found });
  const asked = async (disable: string[], more: Props = {}) => {
    const config = { role: "server", name: "s1", disable };
    const adopt = { first: "s1", nodes: { s1: { config } } };
    return preflight().check(undefined, inputs([s1], { version: "v1.33.3+k3s1", adopt, ...more }));
  };
  expect((await asked(["traefik"])).failures).toEqual([]);
  await until("it is said", () =>
    host()
      .engine.said("preflight")
      .some((text) => /adopted +has k3s .* as it runs\./.test(text)),
  );
  expect((await asked([])).failures).toEqual([]);
  await until("it is said", () =>
    host()
      .engine.said("preflight")
      .some((text) => text.includes("restarts: disable: [traefik] → []")),
  );
  const [refusal] = (await asked([], { version: "v1.34.1+k3s1" })).failures;
  expect(refusal?.reason).toContain("it runs v1.33.3+k3s1, and v1.34.1+k3s1 is declared");
  const [without] = (await asked([], { adopt: undefined })).failures;
  expect(without?.reason).toContain("Give adopt: true to take it over");
});
