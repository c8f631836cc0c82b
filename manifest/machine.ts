import { z } from "zod";
import { config } from "./config";
import { hooks } from "./hooks";
import { host, ip, nodeName, poolName } from "./kinds";
import { labels } from "./labels";
import { machineSsh, ssh } from "./ssh";
import { taints } from "./taints";
import { oneOf } from "./text";

export const machine = z
  .strictObject({
    name: nodeName.describe("The name of its node"),
    host: host.describe("Where the machine answers SSH"),
    ssh: machineSsh.default({}).describe("What differs from ssh of its pool and at the top"),
    labels: labels.default({}).describe("Labels of its node, over those of its pool and at the top"),
    taints: taints
      .default([])
      .describe("Taints that its node registers with, over those of its pool: key=value:Effect, or in parts"),
    config: config
      .default({})
      .describe(
        "Other k3s keys for this machine, over those of its pool; on a server, over those at the top",
      ),
    nodeIp: ip.optional().describe("The address of its node inside the cluster. Default: k3s picks one"),
    hooks: hooks.prefault({}).describe("Run after the hooks at the top and those of its pool"),
  })
  .meta({ id: "machine", description: "A machine, and what differs on it." });

export const balancerMachine = z
  .strictObject({
    name: nodeName.describe("What it is called"),
    host: host.describe("Where the machine answers SSH; with vip also where the others find it"),
    ssh: machineSsh.default({}).describe("What differs from ssh at the top"),
  })
  .meta({ id: "balancer", description: "A machine in front of the servers, and no node." });

export const pool = z
  .strictObject({
    name: poolName.describe("What the pool is called; nodes keep the names of their machines"),
    role: oneOf("a role", ["server", "agent"]).describe("What its machines become"),
    labels: labels.default({}).describe("Labels of its nodes, over those at the top"),
    taints: taints.default([]).describe("Taints that its nodes register with"),
    ssh: ssh.default({}).describe("What differs from ssh at the top"),
    config: config
      .default({})
      .describe("Other k3s keys for its machines; for servers, over those at the top"),
    hooks: hooks.prefault({}).describe("Run after the hooks at the top"),
    machines: z.array(machine).describe("Its machines, after those listed in servers or agents"),
  })
  .meta({
    id: "pool",
    description: "Machines that have settings in common. What a machine says itself wins.",
  });
