import { identity } from "../../../../providers/preflight/findings/identity";
import { s1, seen } from "../scene";
import { findingTests } from "./cases";

findingTests(identity, {
  found: [
    [
      "hostname",
      [s1({ hostname: ["my_host"] })],
      'has the hostname "my_host", which names nothing. Give it one of letters, digits and hyphens: hostnamectl set-hostname',
    ],
    [
      "hostname",
      [s1({ hostname: ["localhost"] })],
      'has the hostname "localhost", which names nothing. Give it one of letters, digits and hyphens: hostnamectl set-hostname',
    ],
    [
      "hostname-duplicate",
      [s1({ hostname: ["Node"] }), seen("s2", { hostname: ["node"] })],
      "s1, s2 have the hostname node. Give each its own: hostnamectl set-hostname",
    ],
    [
      "node-name",
      [seen("S_1", { hostname: ["s1"] })],
      '"S_1" is no name of a node. Use lower-case letters, digits, hyphens and dots, with a letter or digit at both ends (DNS-1123)',
    ],
    [
      "node-name-duplicate",
      [s1(), seen("S1", { ...seen("s2").facts })],
      "the names s1, S1 differ only in case. Give each node a name of its own",
    ],
    [
      "machine-id",
      [s1({ machine_id: [""] })],
      "has no machine-id; 32 hexadecimal digits are needed. Run systemd-machine-id-setup there",
    ],
    [
      "machine-id",
      [s1({ machine_id: ["uninitialized"] })],
      "has the machine-id uninitialized; 32 hexadecimal digits are needed. Run systemd-machine-id-setup there",
    ],
    [
      "machine-id-duplicate",
      [s1(), seen("s2", { machine_id: s1().facts.machine_id ?? [] })],
      `s1, s2 have the machine-id ${"1".padStart(32, "a")}, as clones do. On all but one: rm /etc/machine-id, systemd-machine-id-setup, and reboot`,
    ],
    [
      "product-uuid-duplicate",
      [s1({ product_uuid: ["4C4C"] }), seen("s2", { product_uuid: ["4c4c"] })],
      "s1, s2 have the product UUID 4c4c. Give each virtual machine its own, in the hypervisor",
    ],
    [
      "same-machine",
      [s1(), seen("s2", s1().facts)],
      `s1, s2 are one machine, by its machine-id and its addresses 10.0.0.1. Name each machine once`,
    ],
    [
      "address-duplicate",
      [s1({}, { address: "10.0.0.1:22" }), seen("s2", {}, { address: "10.0.0.1:22" })],
      "s1, s2 have the address 10.0.0.1:22. Give each machine its own",
    ],
    [
      "address-duplicate",
      [
        s1({}, { nodeIp: "10.0.0.1" }),
        seen("s2", { address: ["eth0 10.0.0.1", "eth1 10.0.0.2"] }, { nodeIp: "10.0.0.1" }),
      ],
      "s1, s2 have the address 10.0.0.1. Give each machine its own",
    ],
    [
      "node-ip",
      [s1({}, { nodeIp: "10.0.0.9,fd00::1" })],
      "has no address 10.0.0.9, fd00::1, its nodeIp; it has 10.0.0.1. Correct nodeIp, or give the machine that address",
    ],
  ],
  fine: [
    ["its own nodeIp", [s1({ address: ["eth0 10.0.0.1", "eth0 fd00::1"] }, { nodeIp: "10.0.0.1,fd00::1" })]],
    ["a machine that does not tell its addresses", [s1({ address: [] }, { nodeIp: "10.0.0.9" })]],
    ["clones without a product UUID", [s1({ product_uuid: [""] }), seen("s2", { product_uuid: [""] })]],
    [
      "addresses of containers that are the same everywhere",
      [
        s1({ address: ["cni0 10.42.0.1", "eth0 10.0.0.1"] }),
        seen("s2", { address: ["cni0 10.42.0.1", "eth0 10.0.0.2"] }),
      ],
    ],
  ],
});
