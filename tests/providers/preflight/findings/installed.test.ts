import { installed } from "../../../../providers/preflight/findings/installed";
import { ca, lateCa } from "../certificates";
import { ours, s1 } from "../scene";
import { findingTests } from "./cases";

findingTests(installed, {
  found: [
    [
      "owner",
      [s1({ owner: ["dev/s9"] })],
      "is node dev/s9 already, by /etc/rancher/k3s/owner; it would be prod/s1. Remove it there first, or use another machine",
    ],
    [
      "owner",
      [s1({ owner: ["-"] })],
      "has a file /etc/rancher/k3s/owner that names no node, so that nobody can tell whose it is. If it is prod/s1, write that into it; otherwise remove what is there first, or use another machine",
    ],
    [
      "other-machine",
      [s1({}, { before: "s0.example:22" })],
      "holds no node, and s1 was at s0.example:22; a node does not move to another machine. Give this machine a name of its own, which removes s1; ignore this finding where no node was made there yet",
    ],
    [
      "other-role",
      [ours("s1", { agent_unit: ["/etc/systemd/system/k3s-agent.service"] })],
      "is an agent of this cluster, and would become a server. Take s1 out of the manifest and run pulumi up, then add it as a server and run it again",
    ],
    [
      "other-role",
      [ours("a1", { server_unit: ["/etc/systemd/system/k3s.service"] })],
      "is a server of this cluster, and would become an agent. Take a1 out of the manifest and run pulumi up, then add it as an agent and run it again",
    ],
    [
      "other-kubernetes",
      [s1({ rke2: ["/etc/rancher/rke2"], k0s: ["/etc/k0s", "/var/lib/k0s"] })],
      "another Kubernetes is installed: rke2 (/etc/rancher/rke2), k0s (/etc/k0s); it is not touched. Remove it with its own means, or use another machine",
    ],
    [
      "swarm",
      [s1({ swarm: ["/var/lib/docker/swarm/docker-state.json"] })],
      "is in a Docker swarm (/var/lib/docker/swarm/docker-state.json), which shares ports and rules with k3s. Leave it with docker swarm leave, or use another machine",
    ],
    [
      "other-k3s",
      [s1({ server_data: ["/var/lib/rancher/k3s/server/db"], ca: [ca.file] })],
      `holds a k3s that is not ours (/var/lib/rancher/k3s/server/db, no owner, CA ${ca.hash}); it is not touched. Give adopt: true to take it over; or keep what you need of it and run k3s-uninstall.sh or k3s-agent-uninstall.sh, or use another machine`,
    ],
    [
      "other-k3s",
      [
        s1({
          agent_data: ["/var/lib/rancher/k3s/agent/client-kubelet.crt"],
          agent_ca: ["bm8gY2VydGlmaWNhdGU="],
        }),
      ],
      "holds a k3s that is not ours (/var/lib/rancher/k3s/agent/client-kubelet.crt, no owner); it is not touched. Give adopt: true to take it over; or keep what you need of it and run k3s-uninstall.sh or k3s-agent-uninstall.sh, or use another machine",
    ],
    [
      "other-ca",
      [
        ours("s1", { ca: [ca.file] }),
        ours("s2", { ca: [ca.file] }),
        ours("s3", { ca: [lateCa.file], time: ["1900000000"] }),
      ],
      `has the CA ${ca.hash}; s3 has ${lateCa.hash}: two clusters under one name. Decide which one stays, and remove the other from its machines`,
    ],
    [
      "agent-ca",
      [ours("a2", { agent_ca: [lateCa.file] }), ours("s1", { ca: [ca.file] })],
      `its agent has certificates of another cluster, of the CA ${lateCa.hash}; this one's is ${ca.hash}. Move /var/lib/rancher/k3s/agent away, except images; it is made again`,
    ],
    [
      "unit-without-data",
      [s1({ server_unit: ["/etc/systemd/system/k3s.service"], binary: ["/usr/local/bin/k3s"] })],
      "has /etc/systemd/system/k3s.service, which is not ours and never ran. Remove what another installer began: k3s-uninstall.sh or k3s-agent-uninstall.sh",
    ],
    [
      "binary-without-unit",
      [s1({ binary: ["/usr/local/bin/k3s"] })],
      "has /usr/local/bin/k3s, which nothing starts. It is replaced; keep a copy if you need it",
    ],
    [
      "node-password",
      [s1({ password: ["/etc/rancher/node/password"] })],
      "has /etc/rancher/node/password of an earlier node; a cluster that knew it by another one refuses it. Remove the file, unless the node returns to that cluster under its name",
    ],
  ],
  fine: [
    [
      "this very node",
      [
        ours("s1", {
          busy: ["6443 k3s-server", "10250 k3s-server", "2379"],
          binary: ["/usr/local/bin/k3s"],
          server_unit: ["/etc/systemd/system/k3s.service"],
          server_data: ["/var/lib/rancher/k3s/server/db"],
          agent_data: ["/var/lib/rancher/k3s/agent/client-kubelet.crt"],
          password: ["/etc/rancher/node/password"],
          ca: [ca.file],
          agent_ca: [ca.file],
        }),
        ours("s2", { ca: [ca.file] }),
      ],
    ],
    [
      "this very node by another address",
      [{ ...ours("s1", { server_unit: ["/etc/systemd/system/k3s.service"] }), before: "s0.example:22" }],
    ],
    ["a machine without a node at its old address", [s1({}, { before: "s1.example:22" })]],
    ["a half of this very node", [ours("s1", { server_unit: ["/x"], binary: ["/y"], password: ["/z"] })]],
  ],
});
