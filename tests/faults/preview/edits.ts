import { publicHostKey } from "../../../lab/machines/keys";
import type { Lab } from "../../../lab/machines/model";
import { k3s } from "../../../lab/tools/catalog";
import { machine } from "../../e2e/labs";

export interface Described {
  version: string;
  servers: Entry[];
  agents: Entry[];
  disable: string[];
  [field: string]: unknown;
}

export interface Entry {
  name: string;
  host: string;
  [field: string]: unknown;
}

/** A change of the manifest, and what is to come of it. */
export interface Edit {
  what: string;
  edit(manifest: Described, lab: Lab): Described;
  /** The operations, and the units that they restart; or why it is refused. */
  comes: Operations | RegExp;
}

/** Names of resources by operation and type; with the machines on which k3s starts anew. */
export interface Operations {
  steps: string[];
  restarts: string[];
}

const servers = ["s1", "s2", "s3"];
const agents = ["a1", "a2"];
const all = [...agents, ...servers];

/** What knows all members, and how to reach them. */
const known = "update Departure truth";

/** What changes with every server that comes or goes. */
const together = ["update ControlPlane truth", "update Membership truth", known];

/** In this order, each on top of the last that was not refused. */
export const edits: Edit[] = [
  {
    what: "timeout until ready",
    edit: (manifest) => ({ ...manifest, timeouts: { ready: "3 minutes" } }),
    comes: does(),
  },
  {
    what: "timeout until connected",
    edit: (manifest) => ({ ...manifest, timeouts: { ready: "3 minutes", connect: "20 seconds" } }),
    comes: does([...update("Machine", all), ...update("Node", all), "update ControlPlane truth", known]),
  },
  {
    what: "token given instead of generated",
    edit: (manifest) => ({ ...manifest, token: "given-instead-of-generated" }),
    comes: /s1: .*its token would change/,
  },
  {
    what: "label of an agent",
    edit: changed("a1", { labels: { tier: "web" } }),
    comes: does(update("Node", ["a1"])),
  },
  {
    what: "taint",
    edit: changed("a1", { taints: ["dedicated=web:NoSchedule"] }),
    comes: does(update("Node", ["a1"])),
  },
  {
    what: "config key of an agent",
    edit: changed("a1", { config: { "kubelet-arg": ["max-pods=120"] } }),
    comes: does(update("Node", ["a1"]), ["a1"]),
  },
  {
    what: "config key of the servers",
    edit: (manifest) => ({ ...manifest, config: { "etcd-snapshot-retention": 3 } }),
    comes: does(update("Node", servers), servers),
  },
  {
    what: "disable list",
    edit: (manifest) => ({ ...manifest, disable: [...manifest.disable, "runtimes"] }),
    comes: does(update("Node", servers), servers),
  },
  {
    what: "version",
    edit: (manifest) => ({ ...manifest, version: k3s["k3s-1.33"].version }),
    comes: does([...update("Machine", all), ...update("Node", all), "update Membership truth"], all),
  },
  {
    what: "host, the same machine by another address",
    edit: (manifest, lab) =>
      changed("a1", { host: second(lab), ssh: { hostKey: publicHostKey(lab.name, "a1") } })(manifest),
    comes: does([...update("Machine", ["a1"]), ...update("Node", ["a1"]), known]),
  },
  {
    what: "host, another machine",
    edit: (manifest, lab) => changed("a2", { host: machine(lab, "x1").address })(manifest),
    comes: /a2 +other-machine +/,
  },
  {
    what: "agent renamed",
    edit: changed("a2", { name: "b2" }),
    comes: /is node truth\/a2 already/,
  },
  {
    what: "role changed on the same host",
    edit: (manifest) => ({
      ...without("a2")(manifest),
      servers: [...manifest.servers, ...manifest.agents.filter(({ name }) => name === "a2")],
    }),
    comes: /a2 +other-role +/,
  },
  {
    what: "agent added",
    edit: (manifest, lab) => ({ ...manifest, agents: [...manifest.agents, spare(lab)] }),
    comes: does([...member("create", "K3sAgent", "x1"), known]),
  },
  {
    what: "agent removed",
    edit: without("x1"),
    comes: does([...member("delete", "K3sAgent", "x1"), known]),
  },
  {
    what: "server added",
    edit: (manifest, lab) => ({ ...manifest, servers: [...manifest.servers, spare(lab)] }),
    comes: does([...member("create", "K3sServer", "x1"), ...together]),
  },
  {
    what: "server removed",
    edit: without("x1"),
    comes: does([...member("delete", "K3sServer", "x1"), ...together]),
  },
  {
    what: "two servers of three removed",
    edit: (manifest) => without("s3")(without("s2")(manifest)),
    comes: /removing s2, s3 at once would leave 1 of 3 voters/,
  },
  {
    what: "first server removed, whose address agents join",
    edit: without("s1"),
    comes: does([...member("delete", "K3sServer", "s1"), ...together, ...update("Node", agents)], agents),
  },
  {
    what: "label of the server that is first then",
    edit: changed("s2", { labels: { tier: "control" } }),
    comes: does(update("Node", ["s2"])),
  },
];

export function members({ servers, agents }: Described): string[] {
  return [...servers, ...agents].map(({ name }) => name);
}

/** An address that the lab gives to nobody. */
export function second(lab: Lab): string {
  return `${lab.prefix}99`;
}

function spare(lab: Lab): Entry {
  return { name: "x1", host: machine(lab, "x1").address };
}

function changed(name: string, more: Partial<Entry>): (manifest: Described) => Described {
  return inBoth((list) => list.map((entry) => (entry.name === name ? { ...entry, ...more } : entry)));
}

function without(name: string): (manifest: Described) => Described {
  return inBoth((list) => list.filter((entry) => entry.name !== name));
}

function inBoth(edit: (list: Entry[]) => Entry[]): (manifest: Described) => Described {
  return (manifest) => ({ ...manifest, servers: edit(manifest.servers), agents: edit(manifest.agents) });
}

function does(steps: string[] = [], restarts: string[] = []): Operations {
  return { steps: [...steps].sort(), restarts: [...restarts].sort() };
}

function update(type: string, names: string[]): string[] {
  return names.map((name) => `update ${type} ${name}`);
}

function member(op: string, component: string, name: string): string[] {
  return [component, "Machine", "Node"].map((type) => `${op} ${type} ${name}`);
}
