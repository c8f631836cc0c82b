import { network } from "../../../../providers/preflight/findings/network";
import { ours, s1, seen } from "../scene";
import { type Case, findingTests } from "./cases";

findingTests(network, {
  found: [
    [
      "route",
      [s1({ route: [] })],
      "has no default route; k3s takes its address from it. Add one, if only to a dummy link: ip link add dummy0 type dummy, an address for it, ip route add default dev dummy0",
    ],
    [
      "localhost",
      [s1({ unresolved: ["localhost"] })],
      "does not resolve localhost. Write 127.0.0.1 localhost into /etc/hosts",
    ],
    [
      "own-name",
      [s1({ unresolved: ["hostname"] })],
      "does not resolve its own hostname s1; sudo and others wait for that. Write 127.0.1.1 s1 into /etc/hosts",
    ],
    ...(
      [
        [
          "5",
          "does not resolve the proxy on the way to",
          "Correct the proxy's name: proxy in the manifest, else the machine's environment",
        ],
        ["6", "does not resolve the host of", "Correct /etc/resolv.conf, or the name"],
        ["7", "is refused by", "Check that it listens, and the firewalls on the way"],
        ["28", "gets no answer in time from", "Check the address, the route, and the firewalls on the way"],
        ["35", "cannot speak TLS with", "Check that the port is one of TLS"],
        [
          "60",
          "does not trust the certificate of",
          "Install its CA on the machine (update-ca-certificates, update-ca-trust)",
        ],
        ["56", "cannot fetch from", "Try curl there, which ends with 56"],
      ] as const
    ).map(
      ([code, what, remedy]): Case => [
        "mirror",
        [s1({ mirror: [code] })],
        `${what} https://mirror.example/k3s. ${remedy}`,
        { mirror: "https://me:hidden@mirror.example/k3s?key=hidden" },
      ],
    ),
    [
      "mirror",
      [s1({ mirror: ["7"] })],
      "is refused by https://mirror.example/k3s through the proxy http://proxy.example:3128. Check that it listens, and the firewalls on the way",
      { mirror: "https://mirror.example/k3s", mirrorProxy: "http://me:hidden@proxy.example:3128" },
    ],
    [
      "mirror",
      [s1({ mirror: ["7"] })],
      "is refused by https://mirror.example/k3s. Check that it listens, and the firewalls on the way",
      { mirror: "https://mirror.example/k3s", mirrorProxy: "none" },
    ],
    [
      "ports",
      [s1({ busy: ["6443 haproxy", "10250"] })],
      "something listens on port 6443 by haproxy, port 10250 by another network namespace or the kernel. Stop it, or move it to another port (ss -ltnp shows it)",
    ],
    [
      "ports",
      [ours("s1", { busy: ["2379 etcd", "6443 k3s-server"] })],
      "something listens on port 2379 by etcd. Stop it, or move it to another port (ss -ltnp shows it)",
    ],
    [
      "firewall",
      [s1({ active: ["ufw"] })],
      "has ufw active; a server needs 6443/tcp, 10250/tcp, 8472/udp open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
      { etcd: false },
    ],
    [
      "firewall",
      [s1({ active: ["ufw"] })],
      "has ufw active; a server needs 6443/tcp, 2379:2380/tcp, 10250/tcp, 8472/udp open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
    ],
    [
      "ports",
      [ours("s1", { busy: ["1936 haproxy"] })],
      "something listens on port 1936 by haproxy. Stop it, or move it to another port (ss -ltnp shows it)",
      {
        balancers: {
          ports: { server: [1936], agent: [], balancer: [] },
          open: { server: [], agent: [], balancer: [] },
        },
      },
    ],
    [
      "firewall",
      [seen("lb1", { active: ["ufw"], network: ["eth0 10.0.0.1/24"] }, { role: "balancer" })],
      "has ufw active; a balancer needs 8443/tcp, VRRP (IP protocol 112) open. Open these to the other machines or turn it off",
      {
        balancers: {
          ports: { server: [], agent: [], balancer: [8443] },
          open: { server: [], agent: [], balancer: [8443] },
          vip: { role: "balancer", addresses: [{ address: "10.0.0.100/24" }], port: 8443 },
        },
      },
    ],
    [
      "firewall",
      [s1({ active: ["ufw"], network: ["eth0 10.0.0.1/24"] })],
      "has ufw active; a server needs 6443/tcp, 2379:2380/tcp, 10250/tcp, 8472/udp, 1936/tcp, 8443/tcp, VRRP (IP protocol 112) open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
      {
        balancers: {
          ports: { server: [16443, 1936, 8443], agent: [], balancer: [] },
          open: { server: [1936, 8443], agent: [], balancer: [] },
          vip: { role: "server", addresses: [{ address: "10.0.0.100/24" }], port: 8443 },
        },
      },
    ],
    [
      "firewall",
      [seen("a1", { active: ["firewalld"] })],
      "has firewalld active; an agent needs 10250/tcp, 51820/udp open. Open these to the other machines, and trust 10.42.0.0/16 and 10.43.0.0/16, or turn it off",
      { flannelBackend: "wireguard-native" },
    ],
    [
      "cloud-routes",
      [s1({ active: ["nm-cloud-setup"] })],
      "runs nm-cloud-setup, whose routes break those of pods. Disable nm-cloud-setup.service and nm-cloud-setup.timer, and reboot",
    ],
    [
      "peer-blocked",
      [
        s1({ peer: ["s2 6443 filtered", "s2 2379 refused", "s2 2380 rejected", "s2 10250 open"] }),
        seen("s2"),
      ],
      "does not reach s2:2380 (rejected on the way), s2:6443 (no answer). Open these ports in the firewalls on the way",
    ],
    [
      "peer-kubelet-blocked",
      [s1({ peer: ["a2 10250 filtered"] }), seen("a2")],
      "does not reach the kubelet of a2:10250 (no answer); kubectl logs and exec will fail there. Open this port in the firewalls on the way",
    ],
    [
      "peer-silent",
      [s1({ peer: ["s9 6443 filtered"] })],
      "does not reach s9:6443 (no answer). Check that these machines are up, and the firewalls on the way",
    ],
  ],
  fine: [
    [
      "ways that are open, whether somebody listens or not",
      [s1({ peer: ["s2 6443 open", "s2 2379 refused"] }), seen("s2")],
    ],
    ["a mirror that answers, and none", [s1({ mirror: ["0"] })], { mirror: "https://mirror.example" }],
  ],
});
