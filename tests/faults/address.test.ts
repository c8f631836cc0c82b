import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { haproxyUnit } from "../../balancer/units";
import { inRepository } from "../../lab/folders";
import { knownHosts, userKey } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { power } from "../../lab/machines/power";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newStack, type Stack } from "../e2e/stack";
import { traces } from "../e2e/traces";

jest.setTimeout(minutes(5));

const all = ["s1", "s2", "s3"];
const balancers = ["s1", "s2"];
const figures: string[] = [];

let lab: Lab;
let stack: Stack;
let virtual: string;
let untouched: string[];

beforeAll(async () => {
  lab = await labUp("address", { servers: 3 });
  virtual = `${lab.prefix}100`;
  await Promise.all(all.map(standIn));
  untouched = await Promise.all(all.map(traced));
  stack = await newStack(inRepository("tests", "faults", "fixtures", "vip"));
  await configure();
});

afterAll(async () => {
  process.stderr.write(figures.map((figure) => `  ${figure}\n`).join(""));
  stack?.remove();
  await labDown("address");
});

test("F06 a router that has the id already is named, before anything is changed", async () => {
  await onMachine(
    lab,
    "s3",
    `printf '%s\\n' 'vrrp_instance foreign {' 'state BACKUP' 'interface eth0' 'virtual_router_id 51' 'priority 10' 'advert_int 1' 'virtual_ipaddress {' '${virtual}/24' '}' '}' >/tmp/foreign.conf
    systemd-run -q --unit foreign keepalived -n --vrrp -f /tmp/foreign.conf
    until ip address show dev eth0 | grep -q ${virtual}; do sleep 0.2; done`,
  );
  const { code, stdout } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  await onMachine(lab, "s3", "systemctl stop foreign; rm /tmp/foreign.conf");
  const foreign = machine(lab, "s3").address;
  expect(code).not.toBe(0);
  expect(stdout).toContain(`${foreign} is a router with id 51 already (VRRP 2)`);
  expect(stdout).toMatch(new RegExp(`${virtual.replaceAll(".", "\\.")} answers already, at [0-9a-f:]{17}`));
  expect(await Promise.all(all.map(traced))).toEqual(untouched);
});

test("F46 a machine that dies gives the address to one other machine, and does not take it back", () =>
  movesOnce("host dies", (owner) => power(lab, machine(lab, owner), "kill"), backAgain));

test("F47 an HAProxy that stops, dies, hangs or reaches no server gives the address to one other machine", async () => {
  await movesOnce("HAProxy stops", systemctl("stop haproxy-k3s"), systemctl("start haproxy-k3s"));
  await movesOnce("HAProxy is killed", systemctl("kill -s KILL haproxy-k3s"), nothing);
  await movesOnce(
    "HAProxy hangs",
    systemctl("kill -s STOP haproxy-k3s"),
    systemctl("kill -s CONT haproxy-k3s"),
  );
  await movesOnce("HAProxy reaches no server", serverIs("disable"), serverIs("enable"));
});

test("F48 a keepalived that is killed comes back, and leaves the address to the other machine alone", () =>
  movesOnce("keepalived is killed", systemctl("kill -s KILL keepalived-k3s"), nothing));

test("V01 what somebody changed is seen by refresh, and repaired by up without a move", async () => {
  await made();
  const [owner = ""] = await owners();
  const other = balancers.find((name) => name !== owner) ?? "";
  await onMachine(lab, owner, "sed -i 's/priority .*/priority 1/' /etc/keepalived-k3s/keepalived.conf");
  await onMachine(
    lab,
    other,
    "systemctl disable -q --now keepalived-k3s; chmod 644 /etc/keepalived-k3s/keepalived.conf",
  );
  const seen = await stack.pulumi(["refresh", "--yes", "--diff"]);
  expect(seen).toContain("/etc/keepalived-k3s/keepalived.conf changed");
  expect(seen).toContain("/etc/keepalived-k3s/keepalived.conf has mode and owner 644:root:root");
  expect(seen).toContain("inactive, disabled");
  const preview = await stack.pulumi(["preview"]);
  expect(preview).toContain(`changing it reloads keepalived on ${owner}; the address stays where it is`);
  expect(preview).toContain(`changing it starts keepalived on ${other}; the address stays where it is`);
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await owners()).toEqual([owner]);
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/4 unchanged/);
});

test("V01 another length of its prefix takes the place of the former one, where the address is", async () => {
  await made();
  const [owner = ""] = await owners();
  await configure({ addresses: [{ address: `${virtual}/25`, label: "api" }] });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await owners()).toEqual([owner]);
  const shown = await onMachine(lab, owner, "ip -o address show dev eth0 | awk '{ print $4 }'");
  expect(shown.split("\n").filter((its) => its.startsWith(`${virtual}/`))).toEqual([`${virtual}/25`]);
  expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/4 unchanged/);
  await made();
});

test("V01 another address, another order and another machine are taken on without a move", async () => {
  const [owner = ""] = await owners();
  await configure({
    machines: ["s3", "s2", "s1"].map(reached),
    addresses: [virtual, `${lab.prefix}101`].map((address) => ({ address: `${address}/24`, label: "api" })),
  });
  const begun = Date.now();
  expect(await moves(() => stack.pulumi(["up", "--yes", "--skip-preview"]))).toEqual([]);
  figures.push(`update of two machines, with a third: ${seconds(begun)}`);
  expect(await owners()).toEqual([owner]);
  expect(await onMachine(lab, owner, "ip -o address show dev eth0")).toContain(`${lab.prefix}101/24`);
});

test("V01 the address moves once from a machine that goes", async () => {
  const [owner = ""] = await owners();
  await configure({ machines: all.filter((name) => name !== owner).map(reached) });
  const moved = await moves(() => stack.pulumi(["up", "--yes", "--skip-preview"]));
  const [heir = ""] = await owners();
  expect(moved.sort()).toEqual([`${heir} has it`, `${owner} has it no more`].sort());
  await configure();
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await owners()).toHaveLength(1);
});

test("V04 with version 2 the first machine takes the address back when it returns", async () => {
  await made();
  await configure({ vrrp: { version: 2, password: "managed_" } });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await until("s1");
  for (const [what, disturb, repair] of [
    ["host dies", (name: string) => power(lab, machine(lab, name), "kill"), backAgain],
    ["HAProxy stops", systemctl("stop haproxy-k3s"), systemctl("start haproxy-k3s")],
    ["keepalived stops", systemctl("stop keepalived-k3s"), systemctl("start keepalived-k3s")],
  ] as [string, Act, Act][]) {
    const begun = Date.now();
    const [moved] = await Promise.all([until("s2").then(() => seconds(begun)), disturb("s1")]);
    figures.push(`version 2, ${what}: ${moved}`);
    await repair("s1");
    await until("s1");
    expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/4 unchanged/);
    expect(await owners()).toEqual(["s1"]);
  }
  await made();
});

test("V05 addresses of both families move together, also where machines know each other by IPv6 alone", async () => {
  await made();
  await Promise.all(all.map((name, index) => onMachine(lab, name, hasIpv6(`${sixth}1${index}`))));
  const six = { address: `${sixth}100/64` };
  await configure({ addresses: [{ address: `${virtual}/24`, label: "api" }, six] });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await movesWithSix("IPv6 beside IPv4");
  expect(await answer()).toBe(await sixAnswers());

  const known = (name: string, index: number) => ({ ...reached(name), address: `${sixth}1${index}` });
  await configure({ machines: balancers.map(known), addresses: [six] });
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await movesWithSix("IPv6 alone");
  expect(await owners()).toEqual([]);

  await stack.pulumi(["destroy", "--yes"]);
  await Promise.all(all.map((name) => onMachine(lab, name, noIpv6)));
});

test("V07 of two machines that have the address, the one with few of the servers gives it up, whatever its place", async () => {
  await made();
  await onMachine(lab, "s2", "systemctl restart keepalived-k3s");
  await until("s1");
  await onMachine(lab, "s1", `${unheard("-I")}; ${toServer("disable", "most")}`);
  await onMachine(lab, "s2", `until ip -o address show dev eth0 | grep -q '${virtual}/'; do sleep 0.2; done`);
  const lowered = "Changing effective priority from 254 to 127";
  await onMachine(
    lab,
    "s1",
    `until journalctl -u keepalived-k3s -n 20 | grep -q '${lowered}'; do sleep 0.2; done`,
  );
  expect(await owners()).toEqual(["s1", "s2"]);
  await onMachine(lab, "s1", unheard("-D"));
  await onMachine(lab, "s1", `while ip -o address show dev eth0 | grep -q '${virtual}/'; do sleep 0.2; done`);
  await onMachine(lab, "s1", toServer("enable", "most"));
  await pause(settled);
  expect(await owners()).toEqual(["s2"]);
});

test(
  "V06 nobody takes the address in ten minutes under full load",
  async () => {
    await made();
    const begin = "for n in 1 2 3 4; do systemd-run -q --unit load$n sh -c 'while :; do :; done'; done";
    await Promise.all(all.map((name) => onMachine(lab, name, begin)));
    const moved = await moves(() => pause(minutes(10)));
    const loads = await onMachine(lab, "s1", "cat /proc/loadavg");
    await Promise.all(all.map((name) => onMachine(lab, name, "systemctl stop 'load*'")));
    figures.push(`load average at the end of ten minutes: ${loads.split(" ").slice(0, 3).join(", ")}`);
    expect(moved).toEqual([]);
  },
  minutes(15),
);

test("F31 machines that do not hear each other are an error that names what is not let through", async () => {
  await made();
  await onMachine(lab, "s1", `${unheard("-I")}; systemctl restart keepalived-k3s`);
  await configure({ addresses: [{ address: `${virtual}/24` }] });
  const { code, stdout } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  await onMachine(lab, "s1", unheard("-D"));
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/both have \S+, since they do not hear each other/);
  expect(stdout).toContain("IP protocol 112");
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await owners()).toHaveLength(1);
});

test("V01 destroy leaves no trace", async () => {
  await stack.pulumi(["destroy", "--yes"]);
  expect(await Promise.all(all.map(traced))).toEqual(untouched);
  expect(await owners()).toEqual([]);
});

function reached(name: string) {
  const { address } = machine(lab, name);
  const login = { user: "root", identityFile: userKey(lab.name), knownHosts: knownHosts(lab.name) };
  return { name, connection: { host: address, configFile: false, ...login } };
}

async function configure(given: object = {}): Promise<void> {
  const vip = {
    machines: balancers.map(reached),
    addresses: [{ address: `${virtual}/24`, label: "api" }],
    routerId: 51,
    patience: 30_000,
    ...given,
  };
  await stack.pulumi(["config", "set", "vip", JSON.stringify(vip)]);
}

/** The address on two machines, whatever trial came before; once more it changes nothing. */
async function made(): Promise<void> {
  await configure();
  const begun = Date.now();
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  figures.push(`up: ${seconds(begun)}`);
  expect(await stack.pulumi(["up", "--yes"])).toMatch(/4 unchanged/);
  const [owner, ...others] = await owners();
  expect([await answer(), others]).toEqual([owner, []]);
}

/** An HAProxy that answers by the machine's name, and is as well as the one server that it knows. */
async function standIn(name: string): Promise<void> {
  const config = `global
  stats socket /run/haproxy-k3s/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
backend ready
  server only 127.0.0.1:22
backend most
  server only 127.0.0.1:22
frontend kubernetes
  bind :::8443 v4v6
  http-request return status 200 content-type text/plain string ${name}
frontend health
  bind unix@/run/haproxy-k3s/health.sock mode 600
  monitor-uri /
  monitor fail if { nbsrv(ready) eq 0 }
  http-request return status 200 if { path /majority } { nbsrv(most) gt 0 }
`;
  await onMachine(
    lab,
    name,
    `mkdir -p /etc/haproxy-k3s
cat >/etc/haproxy-k3s/haproxy.cfg <<'END'
${config}END
cat >/etc/systemd/system/haproxy-k3s.service <<'END'
${haproxyUnit()}END
systemctl daemon-reload
systemctl enable -q --now haproxy-k3s`,
  );
}

/** Longer than a machine needs to take what it thinks nobody has. */
const settled = 3_000;

type Act = (owner: string) => Promise<unknown>;

/** Disturbs whoever has the address, and repairs that: meanwhile it moves once, and stays where it went. */
async function movesOnce(what: string, disturb: Act, repair: Act): Promise<void> {
  await made();
  const [owner = ""] = await owners();
  const other = balancers.find((name) => name !== owner) ?? "";
  const begun = Date.now();
  const [moved] = await Promise.all([until(other).then(() => seconds(begun)), disturb(owner)]);
  figures.push(`${what}: ${moved}`);
  await repair(owner);
  await onMachine(lab, owner, "until systemctl is-active --quiet keepalived-k3s; do sleep 0.2; done");
  await pause(settled);
  expect(await owners()).toEqual([other]);
}

/** What machines of the lab do not have by themselves. */
const sixth = "fd00:51::";
const noIpv6 = "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1";

function hasIpv6(address: string): string {
  return `sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; ip address add ${address}/64 dev eth0 nodad`;
}

/** Who answers at the IPv6 address, as a machine says that has it at no time. */
function sixAnswers(): Promise<string> {
  return onMachine(lab, "s3", `curl -gs --max-time 0.2 'http://[${sixth}100]:8443/' || true`);
}

/** The owner's keepalived ends, so that the other machine has the addresses; and once more, back again. */
async function movesWithSix(what: string): Promise<void> {
  for (const _ of balancers) {
    const owner = await sixAnswers();
    expect(balancers).toContain(owner);
    const other = balancers.find((name) => name !== owner);
    const begun = Date.now();
    const stopped = onMachine(lab, owner, "systemctl stop keepalived-k3s");
    while ((await sixAnswers()) !== other) await pause(20);
    figures.push(`${what}, keepalived stops: ${seconds(begun)}`);
    await stopped;
    await onMachine(lab, owner, "systemctl start keepalived-k3s");
    expect(await stack.pulumi(["refresh", "--yes"])).toMatch(/4 unchanged/);
  }
}

function systemctl(what: string): Act {
  return (owner) => onMachine(lab, owner, `systemctl ${what}`);
}

function serverIs(action: "enable" | "disable"): Act {
  return (owner) => onMachine(lab, owner, toServer(action, "ready"));
}

function toServer(action: "enable" | "disable", backend: string): string {
  return `echo '${action} server ${backend}/only' | socat - /run/haproxy-k3s/admin.sock`;
}

/** A machine that no other hears, and that hears none. */
function unheard(verb: "-I" | "-D"): string {
  return ["INPUT", "OUTPUT"].map((chain) => `iptables ${verb} ${chain} -p 112 -j DROP`).join("; ");
}

async function backAgain(name: string): Promise<void> {
  await power(lab, machine(lab, name), "start");
}

async function nothing(): Promise<void> {}

function traced(name: string): Promise<string> {
  return onMachine(
    lab,
    name,
    `(${traces}) | grep -v ^/run/user/; ip -o address show dev eth0 | awk '{ print $4 }'`,
  );
}

/** Who has the address. */
async function owners(): Promise<string[]> {
  const has = await Promise.all(
    all.map((name) => onMachine(lab, name, `ip -o address show dev eth0 | grep -c '${virtual}/' || true`)),
  );
  return all.filter((_, index) => has[index] === "1");
}

/** What becomes of the address meanwhile, on all machines. */
async function moves(work: () => Promise<unknown>): Promise<string[]> {
  const watch = "systemd-run -q --collect --unit watch sh -c 'exec ip -o monitor address >/run/watch'";
  await Promise.all(all.map((name) => onMachine(lab, name, watch)));
  await work().finally(() => Promise.all(all.map((name) => onMachine(lab, name, "systemctl stop watch"))));
  const read = `grep -F '${virtual}/' /run/watch || true; rm /run/watch`;
  const seen = await Promise.all(
    all.map(async (name) => ({ name, lines: await onMachine(lab, name, read) })),
  );
  return seen.flatMap(({ name, lines }) =>
    lines
      .split("\n")
      .filter(Boolean)
      .map((line) => `${name} has it${line.startsWith("Deleted") ? " no more" : ""}`),
  );
}

async function until(name: string): Promise<void> {
  while ((await answer()) !== name) await pause(20);
}

/** Who answers at the address. */
function answer(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: virtual, port: 8443, agent: false, timeout: 150 }, (response) => {
      response.setEncoding("utf8");
      response.on("data", resolve);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(2)} s`;
}
