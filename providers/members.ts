import { lostQuorum, type Voter } from "../k3s/quorum";
import { RemoteError } from "../remote/errors";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { advised } from "./failure";
import { fact, parseFacts, words } from "./preflight/facts";

/** A member of etcd, as servers tell of it. */
export interface EtcdMember extends Voter {
  id: string;
  leads: boolean;
  /** Whether its machine answered, and has its data. */
  there: boolean;
  /** Whether healthy members have a line to it. */
  heard: boolean;
  /** Where it was asked itself. */
  version?: string;
}

/** What one server says. */
interface Report {
  self: string;
  version: string;
  /** Whether etcd has begun again on it, and that was cut off. */
  begun: boolean;
  health: { health?: string; reason?: string };
  leader?: string;
  members: { ID: string; name?: string; isLearner?: boolean }[];
  /** Identities of those that it has a line to. */
  active: string[];
}

const deadline = 20_000;

/** etcd gives this identity to no member. */
const nobody = "0";

/** The members of etcd, by what all of these servers say; none where none of them has it. */
export async function membersOf(servers: readonly Member[]): Promise<EtcdMember[]> {
  return (await etcdOf(servers)).members;
}

/** What servers say of etcd. */
export interface Etcd {
  members: EtcdMember[];
  /** Whether these are those that etcd lists: where it runs nowhere they are a guess. */
  listed: boolean;
  /** Who says that there is no etcd on its machine. */
  without: string[];
}

export async function etcdOf(servers: readonly Member[]): Promise<Etcd> {
  const answers = await Promise.all(servers.map(asked));
  const members = membersBy(answers);
  return {
    members,
    listed: members.some(({ id }) => id !== nobody),
    without: answers.filter(({ has }) => has === false).map(({ name }) => name),
  };
}

function membersBy(answers: readonly Asked[]): EtcdMember[] {
  const reports = answers.flatMap(({ report }) => report ?? []);
  const healthy = reports.filter(isHealthy);
  const source = [...healthy, ...reports].find(({ members }) => members.length > 0);
  if (!source) return reports.length > 0 ? answers.filter(({ has }) => has !== false).map(unlisted) : [];
  const leader = [...healthy, ...reports].find((report) => report.leader)?.leader;
  return source.members.map(({ ID, name = "", isLearner }): EtcdMember => {
    const own = reports.find(({ self }) => self === name);
    const node = nodeOf(name);
    const silent = answers.find((answer) => answer.name === node && !answer.report)?.silence;
    const heard = isHeard(ID, healthy);
    const trouble = own ? ailment(own) : (silent ?? (heard ? undefined : "is not heard of"));
    return {
      ...{ id: ID, node, votes: !isLearner, leads: ID === leader, there: own !== undefined, heard },
      ...(trouble ? { trouble } : {}),
      ...(own?.version ? { version: own.version } : {}),
    };
  });
}

/** Where etcd runs nowhere nobody can tell who its members are: the servers, most likely. */
function unlisted({ name, report, silence }: Asked): EtcdMember {
  const trouble = report ? ailment(report) : silence;
  return {
    id: nobody,
    node: name,
    votes: true,
    leads: false,
    there: report !== undefined,
    heard: false,
    ...(trouble ? { trouble } : {}),
  };
}

/** One of the servers that etcd works on. */
export function healthyServer(
  servers: readonly Member[],
  members: readonly EtcdMember[],
): Member | undefined {
  return servers.find(({ name }) => members.some(({ node, trouble }) => node === name && !trouble));
}

/** Who can lead in a member's place. */
export function successorOf(node: string, members: readonly EtcdMember[]): EtcdMember | undefined {
  return members.find((member) => member.node !== node && member.votes && !member.trouble);
}

/** Takes a member out of etcd for good. */
export async function removeMember({ id, node }: EtcdMember, via: Member): Promise<void> {
  await change(via, `taking ${node} out of etcd`, "cluster/member/remove", { ID: id });
}

/** Has another member lead; its leader itself is to be asked. */
export async function moveLeader(leader: Member, { id, node }: EtcdMember): Promise<void> {
  await change(leader, `having ${node} lead etcd`, "maintenance/transfer-leadership", { targetID: id });
}

async function change({ name, connection }: Member, step: string, path: string, body: object): Promise<void> {
  const variables = { PATH_OF: path, BODY: JSON.stringify(body) };
  await connect(name, connection)
    .run(script("change-members"), { variables, deadline })
    .catch((error) => {
      throw advised(step, error, {
        69: `see what keeps etcd on ${name} (journalctl -u k3s there), then run this again`,
      });
    });
}

/** A member's name is its node's and eight digits that k3s made up; until it has started it has none. */
function nodeOf(member: string): string {
  return member.replace(/-[0-9a-f]{8}$/, "");
}

/** What came of asking a server; where it reports nothing, why. */
interface Asked {
  name: string;
  report?: Report;
  silence?: string;
  /** False where its machine has no member. */
  has?: boolean;
}

async function asked({ name, connection }: Member): Promise<Asked> {
  try {
    const text = await connect(name, connection).run(script("read-member"), { deadline });
    const report = reportOf(text);
    return report ? { name, report } : { name, silence: "has no etcd on its machine", has: false };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { name, silence: `cannot be asked: ${error.reason}` };
  }
}

function reportOf(text: string): Report | undefined {
  const facts = parseFacts(text);
  const self = fact(facts, "self");
  if (!self) return undefined;
  const status = json<{ leader?: string; version?: string }>(fact(facts, "status"));
  return {
    self,
    version: status.version ?? "",
    begun: fact(facts, "reset") === "yes",
    health: json(fact(facts, "health")),
    ...(status.leader && status.leader !== "0" ? { leader: status.leader } : {}),
    members: json<Pick<Report, "members">>(fact(facts, "members")).members ?? [],
    active: words(facts, "active"),
  };
}

/** What does not answer says nothing. */
function json<T extends object>(text: string): Partial<T> {
  return text.startsWith("{") ? (JSON.parse(text) as T) : {};
}

function isHealthy({ health }: Report): boolean {
  return health.health === "true";
}

function ailment(report: Report): string | undefined {
  if (report.begun)
    return "has begun etcd again, which not all others have joined: give recover or restore back";
  if (isHealthy(report)) return undefined;
  const { health, reason } = report.health;
  return health === undefined ? "runs no etcd" : `is not healthy${reason ? ` (${reason})` : ""}`;
}

function isHeard(id: string, reports: readonly Report[]): boolean {
  const hexadecimal = BigInt(id).toString(16);
  return reports.some(({ active }) => active.includes(hexadecimal));
}

/** What to do where too few members of etcd agree. */
export function recovery(members: readonly EtcdMember[]): string {
  const away = members.filter(({ trouble }) => trouble).map(({ node }) => node);
  return lostQuorum(members)
    ? `bring ${away.join(" or ")} back (systemctl start k3s there); where they are gone for good, take them out of the manifest and give recover: { from: …, confirm: <clusterId> } (docs/restore.md)`
    : `bring ${away.join(" and ")} back, or take ${away.length > 1 ? "them" : "it"} out of the manifest, then run this again`;
}
