import type { Reply } from "./fake-machine";

/** What etcd on a server says of itself; it is healthy unless something else is told. */
export interface Told {
  health?: boolean;
  reason?: string;
  version?: string;
  /** Whether etcd has begun again on it, and that was cut off. */
  begun?: boolean;
  /** Whether it answers at all on its machine, which has its data. */
  runs?: boolean;
  learner?: boolean;
  leads?: boolean;
  /** Whether the others have a line to it. */
  heard?: boolean;
  /** Whether it is among the members, although nobody asks it. */
  declared?: boolean;
}

/** What read-member.sh tells on one of these servers; nothing where it has no etcd. */
export function etcd(name: string, all: Record<string, Told | undefined>): Reply {
  const told = all[name];
  if (!told) return {};
  const members = Object.entries(all).filter(([, its]) => its);
  const id = (node: string) => String(Object.keys(all).indexOf(node) + 1);
  const leader = members.find(([, its]) => its?.leads)?.[0] ?? members[0]?.[0] ?? "";
  const { runs = true, health = true, reason = "", version = "3.5.21" } = told;
  const listed = members.map(([node, its]) => ({
    ID: id(node),
    name: `${node}-0123abcd`,
    ...(its?.learner ? { isLearner: true } : {}),
  }));
  const heard = members
    .filter(([node, its]) => node !== name && its?.heard !== false)
    .map(([node]) => id(node));
  const values = {
    self: `${name}-0123abcd`,
    ...(told.begun ? { reset: "yes" } : {}),
    health: runs ? JSON.stringify({ health: String(health), reason }) : "",
    status: runs ? JSON.stringify({ version, leader: id(leader) }) : "",
    members: runs ? JSON.stringify({ members: listed }) : "",
    active: runs ? heard.join(" ") : "",
  };
  return {
    stdout: Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  };
}
