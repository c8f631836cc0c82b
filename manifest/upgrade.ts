import { z } from "zod";
import { shown } from "./shown";
import { oneOf, text, whole } from "./text";
import { duration } from "./units";

const share = text({
  what: "how many at once",
  allowed: "a whole number, such as 1, or a share of them, such as 10%",
  pattern: /^([1-9]\d?|100)%$/,
});

const atOnce = z.union([whole("how many at once", 1, 1000), share], {
  error: ({ input }) =>
    `${shown(input)} is not how many at once: a whole number, such as 1, or a share of them, such as 10%`,
});

const agents = z
  .strictObject({
    atOnce: atOnce
      .default("10%")
      .describe("How many agents restart at once, whatever for; of a share it is one at least"),
    drain: z.boolean().default(true).describe("Whether an agent's pods go elsewhere before it is upgraded"),
  })
  .meta({ id: "upgradeAgents", description: "How agents are upgraded, after the servers." });

const servers = z
  .strictObject({
    drain: z
      .boolean()
      .default(true)
      .describe(
        "Whether a server's pods go elsewhere before it is upgraded; its control plane is none of them, and a node that is alone keeps them",
      ),
  })
  .meta({ id: "upgradeServers", description: "How servers are upgraded: one at a time." });

export const upgrade = z
  .strictObject({
    agents: agents.prefault({}).describe("After the servers, a few at a time"),
    servers: servers.prefault({}).describe("One at a time, while etcd can do without it"),
  })
  .meta({ id: "upgrade", description: "How nodes come to another version." });

export const drain = z
  .strictObject({
    timeout: duration.default("5 minutes").describe("Until it is given up, and the node keeps its pods"),
    grace: duration.optional().describe("How long a pod may take to end. Default: what it asks for"),
    emptyDirs: oneOf("what to do with an emptyDir", ["delete", "keep"])
      .default("delete")
      .describe("With keep, a pod that has one stays, and so does its node"),
  })
  .meta({ id: "drain", description: "How pods are taken from a node that is upgraded, or that leaves." });

/** How many of so many are changed at once. */
export function countOf(atOnce: number | string, all: number): number {
  if (typeof atOnce === "number") return atOnce;
  return Math.max(1, Math.floor((all * Number(atOnce.replace("%", ""))) / 100));
}
