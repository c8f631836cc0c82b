import { keepalivedFile, type Vip, vipComplaints } from "../../balancer/keepalived";
import { vipCheck } from "../../balancer/vrrp";

const machine = (place: number) => ({ name: `s${place}`, address: `10.0.0.1${place}` });

const on = (name: string) => ({ name, device: "eth0" });

const six = (place: number) => ({ ...machine(place), address: `fd00::1${place}` });

const vip: Vip = {
  machines: [machine(1), machine(2), machine(3)],
  addresses: [{ address: "10.0.0.100/24", label: "api" }],
  routerId: 51,
  vrrp: { version: 3 },
  check: vipCheck,
};

test("no machine is preferred, and each says so to the others alone", () => {
  expect(
    keepalivedFile(vip, on("s2")),
  ).toBe(`# From the cluster's manifest: what is changed here is overwritten.

global_defs {
    router_id s2
    script_user root
    enable_script_security
}

vrrp_script haproxy {
    script "/usr/bin/curl --silent --fail --max-time 0.8 --output /dev/null --unix-socket /run/haproxy-k3s/health.sock http://localhost/"
    interval 1
    timeout 1
    fall 2
    rise 1
    init_fail
}

vrrp_script majority {
    script "/usr/bin/curl --silent --fail --max-time 0.8 --output /dev/null --unix-socket /run/haproxy-k3s/health.sock http://localhost/majority"
    interval 1
    timeout 1
    fall 2
    rise 1
    weight -127
}

vrrp_instance kubernetes {
    version 3
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 204
    advert_int 0.2
    garp_master_refresh 1
    check_unicast_src
    unicast_src_ip 10.0.0.12
    unicast_peer {
        10.0.0.11
        10.0.0.13
    }
    virtual_ipaddress {
        10.0.0.100/24 dev eth0 label eth0:api
    }
    track_script {
        haproxy
        majority
    }
}
`);
});

test("every machine begins as a backup that takes nothing away, and none has priority 255", () => {
  const lines = vip.machines.map(({ name }) =>
    keepalivedFile(vip, on(name)).match(/(state|priority) \w+|nopreempt/g),
  );
  expect(lines).toEqual([
    ["state BACKUP", "nopreempt", "priority 254"],
    ["state BACKUP", "nopreempt", "priority 204"],
    ["state BACKUP", "nopreempt", "priority 154"],
  ]);
});

test("with version 2 the first machine is the master, and a password is sent in the clear", () => {
  const old: Vip = { ...vip, vrrp: { version: 2, password: "managed_" } };
  const [first = "", second = ""] = vip.machines.map(({ name }) => instance(keepalivedFile(old, on(name))));
  expect(first).toBe(`vrrp_instance kubernetes {
    version 2
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 255
    advert_int 1
    garp_master_refresh 1
    authentication {
        auth_type PASS
        auth_pass managed_
    }
    check_unicast_src
    unicast_src_ip 10.0.0.11
    unicast_peer {
        10.0.0.12
        10.0.0.13
    }
    virtual_ipaddress {
        10.0.0.100/24 dev eth0 label eth0:api
    }
    track_script {
        haproxy
    }
}
`);
  expect(second).toMatch(/state BACKUP\n {4}interface eth0\n {4}virtual_router_id 51\n {4}priority 204\n/);
});

test("HAProxy is asked as it is told", () => {
  const check = { interval: 3_000, timeout: 1_500, fall: 4, rise: 2 };
  const text = keepalivedFile({ ...vip, check }, on("s1"));
  expect(
    text.match(/--max-time 1\.5 .*\n {4}interval 3\n {4}timeout 2\n {4}fall 4\n {4}rise 2\n/g),
  ).toHaveLength(2);
});

test("addresses may have interfaces of their own, and one is announced for all of them", () => {
  const addresses = [
    { address: "10.0.0.100/24" },
    { address: "fd00::100/64" },
    { address: "192.168.7.1/24", interface: "eth1", label: "api" },
  ];
  expect(keepalivedFile({ ...vip, addresses }, on("s1"))).toContain(`
    virtual_ipaddress {
        10.0.0.100/24 dev eth0
    }
    virtual_ipaddress_excluded {
        fd00::100/64 dev eth0
        192.168.7.1/24 dev eth1 label eth1:api
    }
`);
});

test("machines with IPv6 addresses agree on the address of that family", () => {
  const addresses = [{ address: "10.0.0.100/24" }, { address: "fd00::100/64" }];
  expect(keepalivedFile({ ...vip, machines: [six(1), six(2)], addresses }, on("s1"))).toContain(`
    unicast_src_ip fd00::11
    unicast_peer {
        fd00::12
    }
    virtual_ipaddress {
        fd00::100/64 dev eth0
    }
    virtual_ipaddress_excluded {
        10.0.0.100/24 dev eth0
    }
`);
});

test.each<[string, Partial<Vip>, string]>([
  ["a machine that is not among them", { machines: [machine(2), machine(3)] }, "s1 is none of the machines"],
  [
    "a machine alone",
    { machines: [machine(1)] },
    "the number of machines is 1, and must be a whole number from 2",
  ],
  ["the same machine twice", { machines: [machine(1), machine(1)] }, "the machine s1 is there twice"],
  [
    "a host name as a peer",
    second({ address: "s2.example" }),
    'the address of s2 is "s2.example", and must be an IP',
  ],
  ["a peer of another family", second({ address: "fd00::12" }), "fd00::12 of s2 must be of one family"],
  [
    "a number that is no address",
    second({ address: "10.0.0.256" }),
    'the address of s2 is "10.0.0.256", and',
  ],
  [
    "an address of one of them",
    { addresses: [{ address: "10.0.0.12/24" }] },
    "10.0.0.12 is the address of s2",
  ],
  ["router id 0", { routerId: 0 }, "the router id is 0, and must be a whole number from 1 to 255"],
  ["router id 256", { routerId: 256 }, "the router id is 256, and must be"],
  ["the same address twice", second({ address: "10.0.0.11" }), "the address 10.0.0.11 is there twice"],
  ["the name of a machine twice", second({ name: "s1" }), "the machine s1 is there twice"],
  [
    "a prefix that is too long",
    { addresses: [{ address: "10.0.0.100/33" }] },
    "and must be an IP address with",
  ],
  ["no address", { addresses: [] }, "so one of the virtual addresses must be one too"],
  [
    "only an address of the other family",
    { addresses: [{ address: "fd00::1/64" }] },
    "the machines have IPv4 addr",
  ],
  ["an address without its prefix", { addresses: [{ address: "10.0.0.100" }] }, "such as 10.0.0.100/24"],
  [
    "more than an address",
    { addresses: [{ address: "10.0.0.1/24 dev lo" }] },
    'the virtual address is "10.0.0.1/24 dev',
  ],
  [
    "the same address twice",
    { addresses: [...vip.addresses, ...vip.addresses] },
    "the virtual address 10.0.0.100/24 is there twice",
  ],
  ["a label that does not fit", label("0123456789a"), "at most 10 behind eth0:"],
  [
    "a label of an IPv6 address",
    { addresses: [{ address: "10.0.0.100/24" }, { address: "fd00::100/64", label: "api" }] },
    'fd00::100 can have no label, as an IPv6 address, and "api" is one',
  ],
  ["a label of two words", label("a b"), 'the label "a b" must be letters, digits, dots and dashes'],
  [
    "an interval between hundredths",
    { vrrp: { version: 3, advertInterval: 205 } },
    "must be a multiple of 10",
  ],
  [
    "no interval",
    { vrrp: { version: 3, advertInterval: 0 } },
    "advertInterval is 0, and must be a whole number",
  ],
  ["an interval beyond VRRP", { vrrp: { version: 3, advertInterval: 41_000 } }, "from 50 to 10000"],
  [
    "IPv6 with version 2",
    { ...v2("secret"), machines: [six(1), six(2)], addresses: [{ address: "fd00::1/64" }] },
    "VRRP 2 has no IPv6: take version 3",
  ],
  [
    "an answer that may take longer than until the next question",
    { check: { ...vipCheck, timeout: 1_001 } },
    "the timeout of the check is 1001, and must be a whole number from 100 to 1000",
  ],
  [
    "no failure at all",
    { check: { ...vipCheck, fall: 0 } },
    "fall is 0, and must be a whole number from 1 to 10",
  ],
  ["a ninth character", v2("managed_a"), "the password of VRRP must be 1 to 8 letters"],
  ["no password", v2(""), "the password of VRRP must be"],
  ["a comment in the password", v2("a#b"), "the password of VRRP must be"],
  ["a space in the password", v2("a b"), "the password of VRRP must be"],
  ["a block in the password", v2("a\n}"), "the password of VRRP must be"],
])("%s is refused", (_case, change, message) => {
  expect(() => keepalivedFile({ ...vip, ...change }, on("s1"))).toThrow(message);
});

test.each(["eth0 }", "a".repeat(16), ""])("the interface %j is refused", (device) => {
  expect(() => keepalivedFile(vip, { name: "s1", device })).toThrow(
    `the interface of s1 is ${JSON.stringify(device)}, and must be the name of a network interface`,
  );
});

test("a machine that is to go is heard until it has gone", () => {
  const leaving = ["10.0.0.19"];
  expect(keepalivedFile(vip, { ...on("s1"), leaving })).toContain(`
    unicast_peer {
        10.0.0.12
        10.0.0.13
        10.0.0.19
    }
`);
  expect(keepalivedFile(vip, { ...on("s1"), leaving: ["fd00::19"] })).toBe(keepalivedFile(vip, on("s1")));
  expect(() => keepalivedFile(vip, { ...on("s1"), leaving: ["a }"] })).toThrow('a peer is "a }"');
});

test("a machine's name is no more than a name", () => {
  const machines = [{ ...machine(1), name: "s1 }" }, machine(2)];
  expect(() => keepalivedFile({ ...vip, machines }, on("s1 }"))).toThrow(
    'the machine is "s1 }", and must be letters',
  );
});

test("all that is wrong is said at once, each once", () => {
  const wrong: Vip = {
    machines: [machine(1), { name: "s2", address: "s2.example" }],
    addresses: [{ address: "10.0.0.100" }, { address: "10.0.0.11/24", label: "a b" }],
    routerId: 0,
    vrrp: { version: 2, password: "far too long" },
    check: { ...vipCheck, interval: 1_500 },
  };
  expect(vipComplaints(wrong)).toEqual([
    'the address of s2 is "s2.example", and must be an IP address',
    'the virtual address is "10.0.0.100", and must be an IP address with its prefix, such as 10.0.0.100/24',
    "the virtual address 10.0.0.11 is the address of s1",
    'the label "a b" must be letters, digits, dots and dashes, at most 10 behind eth0:',
    "the router id is 0, and must be a whole number from 1 to 255",
    expect.stringContaining("the password of VRRP must be 1 to 8 letters"),
    "the interval of the check is 1500, and must be whole seconds",
  ]);
  expect(vipComplaints(vip)).toEqual([]);
});

test("what is wrong with a password does not repeat it", () => {
  expect(() => keepalivedFile({ ...vip, ...v2("hunter2-hunter2") }, on("s1"))).toThrow(
    new Error(
      "the password of VRRP must be 1 to 8 letters, digits or . _ + / = -: keepalived would leave out what is behind the eighth",
    ),
  );
});

function second(change: Partial<Vip["machines"][number]>): Partial<Vip> {
  return { machines: [machine(1), { ...machine(2), ...change }] };
}

function label(text: string): Partial<Vip> {
  return { addresses: [{ address: "10.0.0.100/24", label: text }] };
}

function v2(password: string): Partial<Vip> {
  return { vrrp: { version: 2, password } };
}

function instance(text: string): string {
  return text.slice(text.indexOf("vrrp_instance"));
}
