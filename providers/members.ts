import type { Voter } from "../k3s/quorum";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { type Asked, asked, type Report } from "./etcd-report";
import { advised } from "./failure";
import type { Tell } from "./wire";

/** A member of etcd, as servers tell of it. */
export interface EtcdMember extends Voter {
  id: string;
  leads: boolean;
  /** Whether its machine answered, and has its data. */
  there: boolean;
  /** Whether healthy members have a line to it. */
  heard: boolean;
  /** Whether it runs and is not well, as while a leader is looked for or where its machine has too much to do. */
  passing?: boolean;
  /** Where it was asked itself. */
  version?: string;
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
  /** Who runs etcd that lists nobody, as it does to one that is no voter yet. */
  untold: string[];
}

export async function etcdOf(servers: readonly Member[]): Promise<Etcd> {
  const answers = await Promise.all(servers.map(asked));
  const members = membersBy(answers);
  return {
    members,
    listed: members.some(({ id }) => id !== nobody),
    without: answers.filter(({ has }) => has === false).map(({ name }) => name),
    untold: answers.filter(({ report }) => report && isUntold(report)).map(({ name }) => name),
  };
}

function membersBy(answers: readonly Asked[]): EtcdMember[] {
  const reports = answers.flatMap(({ report }) => report ?? []);
  const healthy = reports.filter(isHealthy);
  const source = [...healthy, ...reports].find(({ members }) => members.length > 0);
  if (!source) return reports.length > 0 ? answers.filter(({ has }) => has !== false).map(unlisted) : [];
  const leader = [...healthy, ...reports].find((report) => report.leader)?.leader;
  const alarms = reports.flatMap((report) => report.alarms);
  const listed = source.members.map(({ ID, name = "", peerURLs, isLearner }): EtcdMember => {
    const own = reports.find(({ self }) => self === name);
    const node = name ? nodeOf(name) : `a new member (${peerURLs?.join(", ")})`;
    const alarm = alarms.find(({ id }) => id === ID)?.alarm;
    const silent = answers.find((answer) => answer.name === node && !answer.report)?.silence;
    const heard = isHeard(ID, healthy);
    const trouble = own ? ailment(own) : (silent ?? (heard ? undefined : "is not heard of"));
    return {
      ...{ id: ID, node, votes: !isLearner, leads: ID === leader, there: own !== undefined, heard },
      ...(trouble ? { trouble } : {}),
      ...(own && isPassing(own) ? { passing: true } : {}),
      ...(own?.version ? { version: own.version } : {}),
      ...(alarm ? { alarm } : {}),
      ...(name ? {} : { unnamed: true }),
    };
  });
  return [
    ...listed,
    ...alarms
      .filter(({ id }) => !listed.some((one) => one.id === id))
      .slice(0, 1)
      .map(departed),
  ];
}

/** etcd keeps the alarm of a member that was taken out. */
function departed({ id, alarm }: Report["alarms"][number]): EtcdMember {
  return { id, node: "a member that is gone", votes: false, leads: false, there: false, heard: false, alarm };
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
    ...(report && isPassing(report) ? { passing: true } : {}),
  };
}

/** One of the servers that etcd works on and that votes: a learner refuses much of what its API asks of it. */
export function healthyServer(
  servers: readonly Member[],
  members: readonly EtcdMember[],
  { warn }: Pick<Tell, "warn">,
): Member | undefined {
  const well = members.filter(({ trouble }) => !trouble);
  const among = (able: readonly EtcdMember[]) =>
    servers.find(({ name }) => able.some(({ node }) => node === name));
  const voter = among(well.filter(({ votes }) => votes));
  if (voter) return voter;
  const learner = among(well);
  if (learner) warn(`no healthy voter of etcd can be asked: ${learner.name} is, which is not a voter yet`);
  return learner;
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

function isHealthy({ health }: Report): boolean {
  return health.health === "true";
}

function ailment(report: Report): string | undefined {
  if (report.begun)
    return "has begun etcd again, which not all others have joined: give recover or restore back";
  if (isHealthy(report)) return undefined;
  const { reason } = report.health;
  return !runs(report) ? "runs no etcd" : `is not healthy${reason ? ` (${reason})` : ""}`;
}

function runs({ health }: Report): boolean {
  return health.health !== undefined || health.reason !== undefined;
}

function isUntold(report: Report): boolean {
  return report.members.length === 0 && (runs(report) || report.version !== "");
}

function isPassing(report: Report): boolean {
  return runs(report) && !report.begun && !isHealthy(report) && !/^ALARM/.test(report.health.reason ?? "");
}

function isHeard(id: string, reports: readonly Report[]): boolean {
  const hexadecimal = BigInt(id).toString(16);
  return reports.some(({ active }) => active.includes(hexadecimal));
}
