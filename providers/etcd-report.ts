import { RemoteError } from "../remote/errors";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { fact, parseFacts, words } from "./preflight/facts";

/** How etcd lists a member. */
interface Listed {
  ID: string;
  name?: string;
  peerURLs?: string[];
  isLearner?: boolean;
}

/** What one server says. */
export interface Report {
  self: string;
  version: string;
  /** Whether etcd has begun again on it, and that was cut off. */
  begun: boolean;
  health: { health?: string; reason?: string };
  leader?: string;
  members: Listed[];
  /** Of all members, as every one of them tells. */
  alarms: { id: string; alarm: string }[];
  /** Identities of those that it has a line to. */
  active: string[];
}

const deadline = 20_000;

/** What came of asking a server; where it reports nothing, why. */
export interface Asked {
  name: string;
  report?: Report;
  silence?: string;
  /** False where its machine has no member. */
  has?: boolean;
}

/** What etcd on a server says; one that is silent is no failure. */
export async function asked({ name, connection }: Member): Promise<Asked> {
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
  const status = json<{ leader?: string; version?: string; errors?: string[] }>(fact(facts, "status"));
  return {
    self,
    version: status.version ?? "",
    begun: fact(facts, "reset") === "yes",
    health: json(fact(facts, "health")),
    ...(status.leader && status.leader !== "0" ? { leader: status.leader } : {}),
    members: json<Pick<Report, "members">>(fact(facts, "members")).members ?? [],
    active: words(facts, "active"),
    alarms: (status.errors ?? []).flatMap(alarmIn),
  };
}

/** As etcd puts it among its errors: `memberID:1234 alarm:NOSPACE `. */
function alarmIn(text: string): Report["alarms"] {
  const [, id, alarm] = /^memberID:(\d+)\s+alarm:(\w+)/.exec(text) ?? [];
  return id && alarm ? [{ id, alarm }] : [];
}

/** What does not answer says nothing. */
function json<T extends object>(text: string): Partial<T> {
  return text.startsWith("{") ? (JSON.parse(text) as T) : {};
}
