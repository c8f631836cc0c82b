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
  /** What etcd raises an alarm of on it, which all of them tell. */
  alarm?: string;
  /** Whether it was let in and never ran, so that it has no name. */
  unnamed?: boolean;
  /** Whether it is among the members, although nobody asks it. */
  declared?: boolean;
  /** False where it was taken out. */
  listed?: boolean;
}

const refused = { code: 14, message: "etcdserver: rpc not supported for learner" };

/** What read-member.sh tells on one of these servers; nothing where it has no etcd. */
export function etcd(name: string, all: Record<string, Told | undefined>): Reply {
  const told = all[name];
  if (!told) return {};
  const members = Object.entries(all).filter(([, its]) => its);
  const id = (node: string) => String(Object.keys(all).indexOf(node) + 1);
  const leader = members.find(([, its]) => its?.leads)?.[0] ?? members[0]?.[0] ?? "";
  const { runs = true, health = true, reason = "", version = "3.5.21" } = told;
  const staying = members.filter(([, its]) => its?.listed !== false);
  const listed = staying.map(([node, its]) => ({
    ID: id(node),
    ...(its?.unnamed ? {} : { name: `${node}-0123abcd` }),
    peerURLs: [`https://${node}:2380`],
    ...(its?.learner ? { isLearner: true } : {}),
  }));
  const heard = members
    .filter(([node, its]) => node !== name && its?.heard !== false)
    .map(([node]) => id(node));
  const errors = members.flatMap(([node, its]) =>
    its?.alarm ? [`memberID:${id(node)} alarm:${its.alarm} `] : [],
  );
  const values = {
    self: `${name}-0123abcd`,
    ...(told.begun ? { reset: "yes" } : {}),
    health: runs ? JSON.stringify({ health: String(health), reason }) : "",
    status: runs
      ? JSON.stringify({ version, leader: id(leader), ...(errors.length > 0 ? { errors } : {}) })
      : "",
    // A learner is not told of any.
    members: runs ? JSON.stringify(told.learner ? refused : { members: listed }) : "",
    active: runs ? heard.join(" ") : "",
  };
  return {
    stdout: Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  };
}
