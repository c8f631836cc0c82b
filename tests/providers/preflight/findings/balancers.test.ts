import { balancers } from "../../../../providers/preflight/findings/balancers";
import type { Balancers, Seen } from "../../../../providers/preflight/scene";
import { ours, s1, seen } from "../scene";
import { findingTests } from "./cases";

const vip = { role: "server" as const, addresses: [{ address: "10.0.0.100/24" }], port: 8443 };
const all: Balancers = {
  ports: { server: [16443, 8443], agent: [16443], balancer: [] },
  open: { server: [8443], agent: [], balancer: [] },
  vip,
};
const apart: { balancers: Balancers } = {
  balancers: {
    ports: { server: [], agent: [16443], balancer: [8443] },
    open: { server: [], agent: [], balancer: [8443] },
    vip: { ...vip, role: "balancer" },
  },
};
const withVip = { balancers: all };
const on = (device: string) => ({ balancers: { ...all, vip: { ...vip, interface: device } } });
const network = ["lo 127.0.0.1/8", "eth0 10.0.0.1/24", "eth0 fd00::1/64", "eth1 10.1.0.1/16"];
const six = { balancers: { ...all, vip: { ...vip, addresses: [{ address: "fd00::100/64" }] } } };

const has = "eth0 10.0.0.100/24";

/** Another server, which has more addresses than its own, and a keepalived that no state tells of. */
function lost(more: string[], owner = "prod/s2"): Seen {
  const own = ["eth0 10.0.0.2/24", "eth0 fd00::2/64"];
  const facts = {
    network: [...own, ...more],
    installed: ["haproxy", "keepalived"],
    keepalived_owner: [owner],
  };
  return seen("s2", facts, { role: "server", nodeIp: "10.0.0.2" });
}

findingTests(balancers, {
  found: [
    [
      "vip-address",
      [s1({ network }, { address: "10.1.0.1:22" })],
      "10.0.0.100 is in no network of eth1 on s1 (10.1.0.1/16): nobody would find it there. Correct endpoint.vip or endpoint.interface",
      withVip,
    ],
    [
      "vip-address",
      [s1({ network })],
      "s1 has no address on eth7, where 10.0.0.100 should be. Correct endpoint.vip or endpoint.interface",
      on("eth7"),
    ],
    [
      "vip-address",
      [s1({ network: ["eth0 10.0.0.1/24"] }, { nodeIp: "10.0.0.1" })],
      "fd00::100 is in no network of eth0 on s1 (10.0.0.1/24): nobody would find it there. Correct endpoint.vip or endpoint.interface",
      six,
    ],
    [
      "vip-address",
      [s1({ network: [...network, "eth0 10.0.0.100/32"] }, { address: "10.0.0.1:22" })],
      "10.0.0.100 is an address that s1 has already. Correct endpoint.vip or endpoint.interface",
      withVip,
    ],
    [
      "vip-answers",
      [s1({ network, answers: ["10.0.0.100 ping"] })],
      "finds somebody at 10.0.0.100 (by ping), which is to be the servers'. Choose an address that is nobody's, or turn off who has it",
      withVip,
    ],
    [
      "vip-answers",
      // One that is down does not have it, whoever answers.
      [s1({ network, answers: ["10.0.0.100 ping"] }), lost([])],
      "finds somebody at 10.0.0.100 (by ping), which is to be the servers'. Choose an address that is nobody's, or turn off who has it",
      withVip,
    ],
    [
      "vip-answers",
      [s1({ network, answers: ["10.0.0.100 ping"] }), lost([has], "dev/s2")],
      "finds somebody at 10.0.0.100 (by ping), which is to be the servers'. Choose an address that is nobody's, or turn off who has it",
      withVip,
    ],
    [
      "vip-answers",
      [s1({ network, answers: ["10.0.0.100 ping", "fd00::100 arp"] }), lost([has])],
      "finds somebody at fd00::100 (by arp), which is to be the servers'. Choose an address that is nobody's, or turn off who has it",
      { balancers: { ...all, vip: { ...vip, addresses: [...vip.addresses, { address: "fd00::100/64" }] } } },
    ],
    [
      "vip-answers",
      [seen("lb1", { network, answers: ["10.0.0.100 ping"] }, { role: "balancer", nodeIp: "10.0.0.1" })],
      "finds somebody at 10.0.0.100 (by ping), which is to be the balancers'. Choose an address that is nobody's, or turn off who has it",
      apart,
    ],
    [
      "other-keepalived",
      [seen("lb1", { running: ["keepalived"] }, { role: "balancer" })],
      "runs a keepalived of somebody else, which is left alone. See that its router ids and addresses are others than those of endpoint",
      apart,
    ],
    [
      "other-haproxy",
      [seen("a1", { running: ["haproxy"] })],
      "runs an haproxy of somebody else, which is left alone. See that its ports are others than those of haproxy and endpoint",
      withVip,
    ],
    [
      "other-keepalived",
      [s1({ network, running: ["keepalived"] })],
      "runs a keepalived of somebody else, which is left alone. See that its router ids and addresses are others than those of endpoint",
      withVip,
    ],
  ],
  fine: [
    ["a server in the address's network", [s1({ network }, { address: "10.0.0.1:22" })], withVip],
    ["one that is known by a name", [s1({ network }, { address: "s1.example:22" })], withVip],
    ["one whose interface is named", [s1({ network })], on("eth0")],
    ["an address of IPv6", [s1({ network }, { nodeIp: "10.0.0.1" })], six],
    [
      "a server of ours that has the address",
      [ours("s1", { network: [...network, "eth0 10.0.0.100/32"], installed: ["haproxy", "keepalived"] })],
      on("eth0"),
    ],
    [
      "an address that another of ours has, though no state tells so",
      [s1({ network, answers: ["10.0.0.100 curl"] }, { nodeIp: "10.0.0.1" }), lost([has])],
      withVip,
    ],
    [
      "a server where balancers will have it",
      [s1({ network: ["eth0 10.9.0.1/24"], running: ["haproxy"] })],
      apart,
    ],
    ["an agent, which will not have it", [seen("a1", { network: ["eth0 10.9.0.21/24"] })], withVip],
    [
      "an haproxy and a keepalived where none of ours will be",
      [s1({ running: ["haproxy", "keepalived"] })],
      { balancers: { ...all, ports: { ...all.ports, server: [] }, vip: undefined } },
    ],
    ["the same where there are no balancers", [seen("a1", { running: ["haproxy", "keepalived"] })]],
    [
      "our own haproxy at its ports",
      [
        ours("s1", {
          network,
          installed: ["haproxy"],
          busy: ["16443 haproxy", "8443 haproxy", "6443 k3s-server"],
        }),
      ],
      withVip,
    ],
  ],
});
