import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a block without a prefix length",
    below("network: { clusterCidr: 10.42.0.0 }"),
    '4:25 network.clusterCidr: "10.42.0.0" is not a block of addresses: its prefix length is missing, such as /16',
  ],
  [
    "a block out of range",
    below("network: { clusterCidr: 10.42.0.0/33 }"),
    '4:25 network.clusterCidr: "10.42.0.0/33" is not a block of addresses: an address and a prefix length, such as 10.42.0.0/16 or fd00:42::/56',
  ],
  [
    "an address within a block",
    below("network: { clusterCidr: 10.42.0.1/16 }"),
    '4:25 network.clusterCidr: "10.42.0.1/16" is an address within a block: write the block\'s first address before the "/"',
  ],
  [
    "blocks with a comma",
    below('network: { clusterCidr: "10.42.0.0/16,fd00:42::/56" }'),
    '4:25 network.clusterCidr: "10.42.0.0/16,fd00:42::/56" is not a block of addresses: write two blocks as a list, [10.42.0.0/16, fd00:42::/56]',
  ],
  [
    "a number for a block",
    below("network: { serviceCidr: 10 }"),
    "4:25 network.serviceCidr: 10 is not a block of addresses, or a list of them",
  ],
  [
    "pods and services in one block",
    below("network: { clusterCidr: 10.40.0.0/14 }"),
    "4:10 network.serviceCidr: 10.43.0.0/16 overlaps clusterCidr 10.40.0.0/14: addresses must be one or the other's",
  ],
  [
    "services inside pods",
    below("network: { clusterCidr: 10.64.0.0/12, serviceCidr: 10.65.0.0/16 }"),
    "4:52 network.serviceCidr: 10.65.0.0/16 overlaps clusterCidr 10.64.0.0/12: addresses must be one or the other's",
  ],
  [
    "a machine inside the pods' default",
    machine("{ name: s2, host: 10.42.3.4 }"),
    '5:23 servers[1].host: "10.42.3.4" is inside clusterCidr 10.42.0.0/16, so that nothing in the cluster would reach it: use other blocks in network',
  ],
  [
    "a machine inside the services",
    machine("{ name: s2, host: 10.96.0.9 }\nnetwork: { serviceCidr: 10.96.0.0/16 }"),
    '5:23 servers[1].host: "10.96.0.9" is inside serviceCidr 10.96.0.0/16, so that nothing in the cluster would reach it: use other blocks in network',
  ],
  [
    "a node address inside the pods",
    machine(
      '{ name: s2, host: h, nodeIp: "fd00:42::7" }\nnetwork: { clusterCidr: "fd00:42::/56", serviceCidr: "fd00:43::/112" }',
    ),
    '5:34 servers[1].nodeIp: "fd00:42::7" is inside clusterCidr fd00:42::/56, so that nothing in the cluster would reach it: use other blocks in network',
  ],
  [
    "a machine of a pool inside the pods",
    below("pools: [{ name: a, role: agent, machines: [{ name: a1, host: 10.42.0.9 }] }]"),
    '4:62 pools[0].machines[0].host: "10.42.0.9" is inside clusterCidr 10.42.0.0/16, so that nothing in the cluster would reach it: use other blocks in network',
  ],
  [
    "a balancer that is no node inside the services",
    below(
      "balancers: [{ name: lb1, host: 10.43.0.31 }, { name: lb2, host: 10.0.0.32 }]\nendpoint: { address: lb.example.com }",
    ),
    '4:32 balancers[0].host: "10.43.0.31" is inside serviceCidr 10.43.0.0/16, so that nothing in the cluster would reach it: use other blocks in network',
  ],
  [
    "too few shares for the nodes",
    machine("{ name: s2, host: h }\nnetwork: { clusterCidr: 10.42.0.0/24 }"),
    "6:25 network.clusterCidr: 10.42.0.0/24 has room for 1 node of /24 each, and there are 2: use a /23 or larger, or a longer nodeCidrMaskSize",
  ],
  [
    "shares too large for the nodes",
    machine("{ name: s2, host: h }\n  - { name: s3, host: h3 }\nnetwork: { nodeCidrMaskSize: 17 }"),
    "7:30 network.nodeCidrMaskSize: 10.42.0.0/16 has room for 2 nodes of /17 each, and there are 3: use a /15 or larger, or a longer nodeCidrMaskSize",
  ],
  [
    "a share larger than the whole",
    below("network: { clusterCidr: 10.42.0.0/16, nodeCidrMaskSize: 15 }"),
    "4:57 network.nodeCidrMaskSize: a node's share is a /15, and 10.42.0.0/16 has none: allowed is /16 to /30",
  ],
  [
    "more shares than Kubernetes takes",
    below('network: { clusterCidr: "fd00:42::/40", serviceCidr: "fd00:43::/112" }'),
    "4:25 network.clusterCidr: fd00:42::/40 has more than 65536 shares of /64, which Kubernetes refuses: use /48 or longer, or a smaller nodeCidrMaskSize",
  ],
  [
    "a share that is text",
    below('network: { nodeCidrMaskSize: "24" }'),
    '4:30 network.nodeCidrMaskSize: "24" is not a prefix length: a whole number from 8 to 124, without quotes',
  ],
  [
    "services without room for DNS",
    below("network: { serviceCidr: 10.43.0.0/29 }"),
    "4:25 network.serviceCidr: 10.43.0.0/29 is without room for the cluster's DNS, the tenth address: allowed for services is /12 to /28",
  ],
  [
    "more services than Kubernetes takes",
    below("network: { serviceCidr: 11.0.0.0/8 }"),
    "4:25 network.serviceCidr: 11.0.0.0/8 is larger than Kubernetes takes: allowed for services is /12 to /28",
  ],
  [
    "two families for pods, one for services",
    below('network: { clusterCidr: [10.42.0.0/16, "fd00:42::/56"] }'),
    "4:10 network.serviceCidr: IPv4, and clusterCidr is IPv4, IPv6: both need the same families in the same order",
  ],
  [
    "two families in different orders",
    below(
      'network: { clusterCidr: [10.42.0.0/16, "fd00:42::/56"], serviceCidr: ["fd00:43::/112", 10.43.0.0/16] }',
    ),
    "4:70 network.serviceCidr: IPv6, IPv4, and clusterCidr is IPv4, IPv6: both need the same families in the same order",
  ],
  [
    "two blocks of one family",
    below("network: { clusterCidr: [10.42.0.0/16, 10.44.0.0/16] }"),
    "4:25 network.clusterCidr: one block, or one of IPv4 and one of IPv6: no more, no less",
  ],
  [
    "no block",
    below("network: { clusterCidr: [] }"),
    "4:25 network.clusterCidr: one block, or one of IPv4 and one of IPv6: no more, no less",
  ],
  [
    "a wrong block in a list",
    below("network: { clusterCidr: [10.42.0.0/16, fd00] }"),
    '4:40 network.clusterCidr[1]: "fd00" is not a block of addresses: an address and a prefix length, such as 10.42.0.0/16 or fd00:42::/56',
  ],
  [
    "a node address of one family in two",
    machine(
      '{ name: s2, host: h, nodeIp: 10.1.0.2 }\nnetwork: { clusterCidr: [10.42.0.0/16, "fd00:42::/56"], serviceCidr: [10.43.0.0/16, "fd00:43::/112"] }',
    ),
    '5:34 servers[1].nodeIp: a node of both families needs an address of each: use config: { node-ip: "<IPv4>,<IPv6>" } instead',
  ],
  [
    "DNS outside the services",
    below("network: { clusterDns: 10.96.0.10 }"),
    '4:24 network.clusterDns: "10.96.0.10" is not inside serviceCidr 10.43.0.0/16',
  ],
  [
    "DNS at the API's address",
    below("network: { clusterDns: 10.43.0.1 }"),
    '4:24 network.clusterDns: "10.43.0.1" is taken: the first address of 10.43.0.0/16 is the API\'s',
  ],
  [
    "no address of DNS",
    below("network: { clusterDns: [] }"),
    "4:24 network.clusterDns: an empty list: leave the key out to have the tenth address of serviceCidr",
  ],
  [
    "DNS that is a name",
    below("network: { clusterDns: dns.example.com }"),
    '4:24 network.clusterDns: "dns.example.com" is not an IP address: such as 10.0.0.11 or fd00::11, without a prefix length or a port',
  ],
  [
    "a misspelt backend",
    below("network: { flannelBackend: wireguard }"),
    '4:28 network.flannelBackend: "wireguard" is not a backend of flannel: allowed are vxlan, host-gw, wireguard-native, none',
  ],
  [
    "another network plugin",
    below("network: { flannelBackend: cilium }"),
    '4:28 network.flannelBackend: "cilium" is not a backend of flannel: allowed are vxlan, host-gw, wireguard-native, none',
  ],
  [
    "a misspelt key of the network",
    below("network: { clusterCIDR: 10.42.0.0/16 }"),
    "4:12 network.clusterCIDR: unknown key: did you mean clusterCidr?",
  ],
  [
    "a block beside network",
    below("serviceCidr: 10.43.0.0/16"),
    "4:1 serviceCidr: unknown key here: it belongs in network",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
