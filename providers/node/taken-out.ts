import { RemoteError } from "../../remote/errors";
import type { Held } from "../../remote/hold";
import type { Answer } from "../../remote/machine";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { silence, wordEvery } from "../lock";
import { notYet } from "../wait";
import type { Tell } from "../wire";

const given = {
  /** A second or two for what is under way; who keeps a connection open longer finds another server by a new one. */
  MOMENT: "2",
  /** A run that is killed is not to keep a server out for longer than its lock. */
  SILENCE: String(silence),
};

/**
 * Works on a server while the HAProxys in front send it nobody: its connections end while all is well, and not when it stops.
 * None of them is needed for it: one that does not do it notices by its own checks.
 */
export async function takenOut<T>(
  { name: server, cluster }: { name: string; cluster: string },
  balancers: readonly Member[],
  tell: Tell,
  work: () => Promise<T>,
): Promise<T> {
  if (balancers.length === 0) return work();
  tell("taking it out of the balancers");
  const tried = await Promise.all(
    balancers.map((balancer) => takeOut(server, { ...balancer, cluster }, tell)),
  );
  const held = tried.filter((one) => one !== undefined);
  const letIn = () => Promise.all(held.map((one) => one.release()));
  let done: T;
  try {
    done = await work();
  } catch (error) {
    // They need not wait for one that may not come back.
    void letIn();
    throw error;
  }
  tell("waiting until the balancers have it again");
  for (const answer of await letIn()) doubt(answer, tell);
  return done;
}

async function takeOut(
  server: string,
  { name, connection, cluster }: Member & { cluster: string },
  tell: Tell,
): Promise<Held | undefined> {
  const late = (why: string) =>
    tell.warn(
      `the HAProxy of ${name} does not know of it before k3s stops, and some requests may fail: ${why}`,
    );
  try {
    // Its machine may be the server itself, and some let in no more than two at a time on one connection.
    const answer = await connect(name, connection, { apart: true }).hold(script("take-out"), {
      variables: { OWNER: `${cluster}/${name}`, SERVER: server, ...given },
      sign: "held",
      every: wordEvery,
      patience: 20_000 + (connection.connectTimeout ?? 0),
    });
    if ("release" in answer) return answer;
    if (answer.code === notYet) tell(`${name}: ${answer.stderr.trim()}`);
    else late(answer.stderr.trim());
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    late(error.message.split("\n")[0] ?? "");
  }
  return undefined;
}

/** It is let in also where the connection to its balancer was lost meanwhile. */
function doubt(ended: unknown, tell: Tell): void {
  const said = ended instanceof Error ? ended.message.split("\n")[0] : (ended as Answer).stderr.trim();
  const failed = ended instanceof Error || (ended as Answer).code !== 0;
  if (failed) tell.warn(`it runs again, but a balancer does not say so: ${said}`);
}
