import { below, mistakesOf, threeServers } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a virtual address of one machine",
    below("endpoint: { vip: 10.0.0.100/24 }"),
    "4:13 endpoint.vip: 1 server has nobody to give the address to: use 2 servers or more, 3 to survive losing one",
  ],
  [
    "a virtual address without a prefix",
    threeServers("endpoint: { vip: 10.0.0.100 }"),
    '4:18 endpoint.vip: "10.0.0.100" is not a virtual address: the prefix length of its network is missing, such as /24',
  ],
  [
    "a prefix that cannot be",
    threeServers("endpoint: { vip: 10.0.0.100/33 }"),
    '4:18 endpoint.vip: "10.0.0.100/33" is not a virtual address: an address that no machine has, with the prefix length of its network, such as 10.0.0.100/24',
  ],
  [
    "no virtual address in a list",
    threeServers("endpoint: { vip: [] }"),
    "4:18 endpoint.vip: an empty list: leave the key out to have no virtual address",
  ],
  [
    "true for a virtual address",
    threeServers("endpoint: { vip: true }"),
    "4:18 endpoint.vip: true is not a virtual address: an address that no machine has, with the prefix length of its network, such as 10.0.0.100/24, or a list of them",
  ],
  [
    "a number among virtual addresses",
    threeServers("endpoint: { vip: [10.0.0.100/24, 7] }"),
    "4:34 endpoint.vip[1]: 7 is not a virtual address: an address that no machine has, with the prefix length of its network, such as 10.0.0.100/24, or a map of address, interface and label",
  ],
  [
    "a balancer and a virtual address",
    threeServers("endpoint: { address: lb, vip: 10.0.0.100/24 }"),
    "4:26 endpoint.vip: address is there, too: the API is reached at a balancer of yours, or at a virtual address; keep one",
  ],
  [
    "what a balancer does not have",
    threeServers("endpoint: { address: lb, routerId: 3, vrrp: { version: 3 } }"),
    "4:26 endpoint.routerId: only a virtual address has it: use vip instead of address",
    "4:39 endpoint.vrrp: only a virtual address has it: use vip instead of address",
  ],
  [
    "a network for an address",
    threeServers("endpoint: { vip: 10.0.0.0/24 }"),
    `4:18 endpoint.vip: "10.0.0.0/24" is the first or last of its network, which no machine has: use another address in it`,
  ],
  [
    "the address of a broadcast",
    threeServers("endpoint: { vip: 10.0.0.255/24 }"),
    '4:18 endpoint.vip: "10.0.0.255/24" is the first or last of its network, which no machine has: use another address in it',
  ],
  [
    "an address that is there twice",
    threeServers("endpoint: { vip: [10.0.0.100/24, { address: 10.0.0.100/16 }] }"),
    '4:45 endpoint.vip[1].address: "10.0.0.100/16" is also endpoint.vip[0]: each address once',
  ],
  [
    "a machine's own address",
    threeServers("endpoint: { vip: 10.0.0.12/24 }"),
    `4:18 endpoint.vip: "10.0.0.12/24" is also servers[1].host: it must be no machine's own`,
  ],
  [
    "an address of pods",
    threeServers("endpoint: { vip: 10.42.3.4/24 }"),
    `4:18 endpoint.vip: "10.42.3.4/24" is inside clusterCidr 10.42.0.0/16: use an address of the machines' network`,
  ],
  [
    "an address that the servers could not agree on",
    threeServers('endpoint: { vip: "fd00::100/64" }'),
    "4:13 endpoint.vip: the servers have IPv4 addresses, so that one of the virtual addresses must be one, too",
  ],
  [
    "a label without room",
    threeServers("endpoint: { vip: 10.0.0.100/24, interface: enp129s0f0np, label: kubernetes }"),
    '4:18 endpoint.vip: the label "kubernetes" must be letters, digits, dots and dashes, at most 2 behind enp129s0f0np:',
  ],
  [
    "a label without room on any interface",
    threeServers("endpoint: { vip: 10.0.0.100/24, label: kubernetes-masters }"),
    '4:18 endpoint.vip: the label "kubernetes-masters" must be letters, digits, dots and dashes, at most 14 with its interface',
  ],
  [
    "a label of an IPv6 address",
    threeServers('endpoint: { vip: [10.0.0.100/24, { address: "fd00::100/64", label: api }] }'),
    '4:45 endpoint.vip[1].address: fd00::100 can have no label, as an IPv6 address, and "api" is one',
  ],
  [
    "a label with a space",
    threeServers("endpoint: { vip: 10.0.0.100/24, label: a b }"),
    '4:40 endpoint.label: "a b" is not a label: letters, digits, "_", "." and "-", such as api; with its interface at most 14',
  ],
  [
    "an interface with a command",
    threeServers('endpoint: { vip: 10.0.0.100/24, interface: "eth0; rm" }'),
    '4:44 endpoint.interface: "eth0; rm" is not an interface: as ip link shows it, such as eth0',
  ],
  [
    "an unknown key of an address",
    threeServers("endpoint: { vip: { address: 10.0.0.100/24, dev: eth0 } }"),
    "4:44 endpoint.vip.dev: unknown key: allowed here are address, interface, label",
  ],
  [
    "a check between seconds",
    threeServers("endpoint: { vip: 10.0.0.100/24, check: { interval: 1500 ms } }"),
    "4:33 endpoint.check: in milliseconds, the interval of the check is 1500, and must be whole seconds",
  ],
  [
    "an answer that may take longer than until the next question",
    threeServers("endpoint: { vip: 10.0.0.100/24, check: { timeout: 2 s } }"),
    "4:33 endpoint.check: in milliseconds, the timeout of the check is 2000, and must be a whole number from 100 to 1000",
  ],
  [
    "a check of a balancer of yours",
    threeServers("endpoint: { address: lb.example.com, check: { fall: 3 } }"),
    "4:38 endpoint.check: only a virtual address has it: use vip instead of address",
  ],
  [
    "a router id that cannot be",
    threeServers("endpoint: { vip: 10.0.0.100/24, routerId: 256 }"),
    "4:43 endpoint.routerId: 256 is not a router id: a whole number from 1 to 255, without quotes",
  ],
  [
    "the port of k3s",
    threeServers("endpoint: { vip: 10.0.0.100/24, port: 6443 }"),
    "4:39 endpoint.port: 6443 is a port of k3s itself: use another",
  ],
  [
    "the port of the local HAProxy",
    threeServers("endpoint: { vip: 10.0.0.100/24, port: 16443 }"),
    "4:39 endpoint.port: 16443 is also haproxy.port: one port each",
  ],
  [
    "version 2 without a password",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { version: 2 } }"),
    "4:39 endpoint.vrrp.password: missing: version 2 of VRRP needs one",
  ],
  [
    "a version that cannot be",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { version: 1 } }"),
    "4:50 endpoint.vrrp.version: 1 is not a version of VRRP: allowed are 3, 2",
  ],
  [
    "a password that would be cut",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { version: 2, password: managed_a } }"),
    "4:63 endpoint.vrrp.password: the value is not a password of VRRP: 1 to 8 letters, digits or . _ + / = -: keepalived would leave out what is behind the eighth",
  ],
  [
    "an interval with version 2",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { version: 2, password: pw, advertInterval: 1 s } }"),
    "4:67 endpoint.vrrp.advertInterval: only version 3 has it: with version 2 it is 1 s",
  ],
  [
    "a password with version 3",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { password: pw } }"),
    "4:41 endpoint.vrrp.password: only version 2 has it: version 3 of VRRP knows none",
  ],
  [
    "an interval that is too short",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { advertInterval: 10 ms } }"),
    "4:57 endpoint.vrrp.advertInterval: in milliseconds, advertInterval is 10, and must be a whole number from 50 to 10000",
  ],
  [
    "an interval that keepalived rounds",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { advertInterval: 255 ms } }"),
    "4:57 endpoint.vrrp.advertInterval: in milliseconds, advertInterval is 255, and must be a multiple of 10",
  ],
  [
    "an interval without a unit",
    threeServers("endpoint: { vip: 10.0.0.100/24, vrrp: { advertInterval: 200 } }"),
    "4:57 endpoint.vrrp.advertInterval: 200 is not a duration: its unit is missing; write 200 s if it is seconds",
  ],
  [
    "an address without HAProxy",
    threeServers("endpoint: { vip: 10.0.0.100/24 }\nhaproxy: false"),
    "5:10 haproxy: false, and endpoint.vip is an address in front of HAProxy: leave out haproxy or vip",
  ],
  [
    "version 2 for IPv6",
    "name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 'fd00::1' }, { name: s2, host: 'fd00::2' }]\nendpoint: { vip: 'fd00::100/64', vrrp: { version: 2, password: pw } }\n",
    "4:13 endpoint.vip: the servers have IPv6 addresses, and version 2 of VRRP has none: use version 3",
  ],
  [
    "servers of both families",
    "name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 'fd00::1' }, { name: s2, host: 10.0.0.1 }]\nendpoint: { vip: 'fd00::100/64' }\n",
    "4:13 endpoint.vip: the servers' addresses are of both families, and they must agree in one: give nodeIp of one family",
  ],
  [
    "a virtual address at the top",
    threeServers("vip: 10.0.0.100/24"),
    "4:1 vip: unknown key here: it belongs in endpoint",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
