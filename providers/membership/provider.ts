import { parseToken } from "../../k3s/token";
import type { Member } from "../connection";
import { disown } from "../evict";
import { isHere, takenOut } from "../leaving";
import type { Release } from "../machine/stage";
import { type EtcdMember, membersOf } from "../members";
import { staysWith } from "../staying";
import type { Resource, Tell } from "../wire";
import { upgrades } from "./asked";
import { begins, complaints, silent, toldBy, unfinished } from "./complaints";
import { type Former, formerOf, isDeadFormer } from "./former";
import { prepare } from "./prepare";
import { resetEtcd } from "./reset";
import { costOf, type Recovery, type Restoration, resetOf } from "./reset-plan";
import { rotateAll } from "./rotate-all";
import { withoutStuck } from "./stuck";
import { tokenComplaint, turnedFrom, turnOf } from "./turn";

export interface MembershipInputs {
  cluster: string;
  servers: string[];
  /** What all nodes run. */
  version: string;
  /** Whether the cluster's state is in a database of the user's, so that servers have no vote; they have by default. */
  external?: boolean;
  /** Whether the cluster has servers that were not made here, so that etcd alone knows how many there are. */
  elsewhere?: boolean;
  /** Whether one of two servers may leave; by default it may not. */
  allowSingleServer?: boolean;
  /** What the tokens were rotated by; another value is another turn. */
  rotate?: string;
  /** What they were rotated by before that; found out by the look at the inputs. */
  turnedFrom?: string;
  /** What etcd is to begin again with; once. */
  recover?: Recovery;
  restore?: Restoration;
  /** Whether the server token is the user's own, so that nobody makes another. */
  tokenGiven?: boolean;
  /** What servers and agents join with. */
  token: string;
  agentToken: string;
  /** The machines of the servers. */
  members: Member[];
  /** Who was a server and is to leave; found out by the look at the inputs. */
  former?: Former[];
  /** What all machines are to hold before the first of them changes. */
  releases: (Member & Release)[];
  /** Who is refused by the look at the machines never was a member. */
  preflight?: string;
}

export type MembershipOutputs = Record<string, never>;

/** Who is a server, and what all of them run: refuses, in a preview already, what would cost the quorum. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  createOnly: [
    ...([
      "cluster",
      "external",
      "elsewhere",
      "allowSingleServer",
      "tokenGiven",
      "token",
      "agentToken",
    ] as const),
    ...(["members", "releases", "preflight", "turnedFrom"] as const),
  ],
  // What was not prepared is to be prepared by the next run.
  pending: ["servers", "version", "rotate", "recover", "restore"],
  // Who is removed from the state has forgotten its machines, and changes none.
  changes: ({ members = [] }) => members[0],
  check: async (inputs, old, tell) => {
    staysWith(inputs.cluster, inputs.members);
    if (inputs.servers.length === 0) return { mistakes: [nobody(old)] };
    if (old && inputs.rotate !== old.rotate && (inputs.elsewhere || old.elsewhere))
      return { mistakes: [othersTokens] };
    const reset = resetOf(inputs);
    if (old && isNoTurn(inputs, old))
      return {
        mistakes: [
          "tokens.rotate has another value, and token is the one that it was: give another token, too",
        ],
      };
    if (!old) return reset ? { mistakes: ["a cluster that is new has nothing to begin again with"] } : {};
    const [etcd, held] = await Promise.all([
      inputs.external ? silent : toldBy(inputs, old, tell),
      turnOf(inputs, old),
    ]);
    const learned = { former: formerOf(inputs, old, etcd), ...turnedFrom(inputs, old) };
    const other = tokenComplaint(inputs, old, held);
    if (inputs.external) return { mistakes: other, learned };
    // Who does not take part in it is no member of etcd afterwards, and what it is now counts no more.
    if (reset && isAnother(reset, resetOf(old))) return { mistakes: await begins(reset, inputs), learned };
    if (other.length > 0) return { mistakes: other, learned };
    const mistakes = complaints(inputs, old, { etcd, held, ...learned }, tell);
    const goesOn = mistakes.length > 0 && reset && (await begins(reset, inputs)).length === 0;
    return { mistakes: goesOn ? [] : mistakes, learned };
  },
  mistakes: async (old, inputs, tell) => {
    const reset = resetOf(inputs);
    const resets = reset && isAnother(reset, resetOf(old));
    return inputs.external || resets ? [] : unfinished(inputs, old, tell);
  },
  cost: (_changed, old, inputs) => {
    const reset = resetOf(inputs);
    return reset && isAnother(reset, resetOf(old)) ? costOf(reset) : undefined;
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async (_id, inputs, old, tell) => {
    const { members, external, former = [] } = inputs;
    const reset = resetOf(inputs);
    if (reset && isAnother(reset, resetOf(old)))
      await resetEtcd(reset, { ...inputs, servers: members, former }, tell);
    if (!external) {
      const known = await withoutStuck(inputs, tell);
      const dead = known.filter((member) => isDeadFormer(member, inputs, old));
      // Who joins is not let in beside one that does not answer.
      for (const member of dead) await leave(member, inputs, tell);
    }
    if (await upgrades(inputs, old.version)) await prepare(inputs, old.version, tell);
    if (inputs.rotate !== old.rotate) await rotateAll(inputs, old, tell);
    return {};
  },
};

/** Who wants no servers wants no cluster, and says so by another command. */
function nobody(old: MembershipInputs | undefined): string {
  const leaving = old
    ? `removing ${old.servers.join(", ")} would leave 0 of ${old.servers.length} servers: `
    : "";
  const why = "a cluster needs at least one server; 3 or 5 keep it alive when one fails";
  return `${leaving}${why}${old ? "; pulumi destroy removes a cluster" : ""}`;
}

/** As where both are changed in one edit, each of which is refused alone. */
const othersTokens =
  "tokens are not rotated where join is, comes or goes: nodes that are there stay in their cluster; change one of both back";

/** A turn that was tried is compared with itself. */
function isNoTurn({ tokenGiven, rotate, token }: MembershipInputs, old: MembershipInputs): boolean {
  return (
    tokenGiven === true &&
    rotate !== old.rotate &&
    parseToken(token).password === parseToken(old.token ?? "").password
  );
}

function isAnother(reset: object, old: object | undefined): boolean {
  return JSON.stringify(reset) !== JSON.stringify(old);
}

/** A server that is dead and declared no more. */
async function leave(
  member: EtcdMember,
  { cluster, members: servers, former = [], elsewhere }: MembershipInputs,
  tell: Tell,
): Promise<void> {
  const own = former.find(({ name }) => name === member.node);
  const work = async () => disown(member, { members: await membersOf(servers), servers, elsewhere }, tell);
  const isIn = async () => (await membersOf(servers)).some(({ id }) => id === member.id);
  const here = own && (await isHere(own, servers));
  await (here ? takenOut({ ...own, cluster, role: "server" }, { isIn, work, tell }) : work());
}
