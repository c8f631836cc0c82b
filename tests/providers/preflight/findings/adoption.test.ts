import type { Running } from "../../../../k3s/running";
import { adoption } from "../../../../providers/preflight/findings/adoption";
import type { Adopting, Seen } from "../../../../providers/preflight/scene";
import { ca, lateCa } from "../certificates";
import { ours, seen } from "../scene";
import { findingTests } from "./cases";

function holds(name: string, flags = "", more: Partial<Running> = {}): Seen {
  const role = name.startsWith("a") ? "agent" : "server";
  const unit = role === "server" ? "k3s" : "k3s-agent";
  const running: Running = {
    unit,
    units: [`${unit}.service`],
    active: true,
    file: {
      path: `/etc/systemd/system/${unit}.service`,
      text: `ExecStart=/usr/local/bin/k3s ${role} ${flags}`,
    },
    dropIns: [],
    environment: [],
    config: [],
    version: "v1.33.3+k3s1",
    hostname: name,
    datastore: "etcd",
    serverCa: ca.hash,
    agentCa: ca.hash,
    unfinished: false,
    owner: "",
    ...more,
  };
  return seen(
    name,
    { server_data: ["/var/lib/rancher/k3s/server/db"], busy: ["6443 k3s-server"] },
    { running },
  );
}

const node = (name: string) => ({
  config: { role: name.startsWith("a") ? ("agent" as const) : ("server" as const), name },
});
const adopt: Adopting = {
  first: "s1",
  nodes: { s1: node("s1"), s2: { ...node("s2") }, a2: node("a2") },
};
const undo = "Nothing restarts; docs/adopting.md says how to undo it";

findingTests(adoption, {
  found: [
    ["adopted", [holds("s1")], `has k3s v1.33.3+k3s1, which is taken over as it runs. ${undo}`, { adopt }],
    [
      "adopted",
      [holds("a2"), holds("s1")],
      `has k3s v1.33.3+k3s1, which is taken over as it runs. ${undo}`,
      { adopt },
    ],
    [
      "adopted-restart",
      [holds("s1", "--disable traefik")],
      "has k3s v1.33.3+k3s1, which is taken over and restarts: disable: [traefik] → []. To take it over as it runs, declare these as they are",
      { adopt },
    ],
    [
      "adopted-restart",
      [holds("s1", "", { active: false })],
      "has k3s v1.33.3+k3s1, which is taken over and is started. To see first whether it still runs, start it there",
      { adopt },
    ],
    [
      "not-adopted",
      [holds("s1", "--docker --cluster-cidr 10.9.0.0/16")],
      "has a k3s that cannot be taken over: it runs with docker: true, and only k3s's own containerd is looked after; its cluster was made with cluster-cidr: 10.9.0.0/16. Change that first, or use another machine; give network.clusterCidr: 10.9.0.0/16",
      { adopt },
    ],
    [
      "not-adopted",
      [holds("a2"), seen("s1")],
      "has a k3s that cannot be taken over: it has a cluster, and s1, the first of the servers, has none. Put a server of that cluster first",
      { adopt },
    ],
    [
      "not-adopted",
      [holds("s2", "", { serverCa: lateCa.hash }), holds("s1")],
      `has a k3s that cannot be taken over: it is of another cluster, of the CA ${lateCa.hash}; that of s1 is ${ca.hash}. Take the machine out of the manifest`,
      { adopt },
    ],
    [
      "not-adopted",
      [holds("a2", "", { agentCa: lateCa.hash }), ours("s1", { ca: [ca.file] })],
      `has a k3s that cannot be taken over: it is of another cluster, of the CA ${lateCa.hash}; that of s1 is ${ca.hash}. Take the machine out of the manifest`,
      { adopt },
    ],
  ],
  fine: [["a machine without k3s where others are taken over", [seen("s1")], { adopt }]],
});
