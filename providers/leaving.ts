import type { Role } from "../k3s/config";
import { unitName } from "../k3s/unit";
import { RemoteError } from "../remote/errors";
import { script } from "../remote/script";
import { connect, type Member } from "./connection";
import { atStep, StepError } from "./failure";
import { isThere } from "./gone";
import type { Tell } from "./wire";

/** A machine that is to leave its cluster. */
export interface Leaving extends Member {
  cluster: string;
  role: Role;
}

/**
 * Whether its machine is there; one that only does not let this in may be alive and well, and nobody may take it to be
 * dead.
 */
export async function isHere({ name, connection }: Member, others: readonly Member[]): Promise<boolean> {
  const machines = others.map((other) => connect(other.name, other.connection));
  try {
    return await isThere({ machine: connect(name, connection), connection, others: machines });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    throw unsure(name, error);
  }
}

/** Of a machine that only does not let this in. */
export function unsure(name: string, { reason, remedy }: RemoteError): StepError {
  return new StepError({
    machine: name,
    step: "having it leave",
    cause: `${reason}, so that nobody can tell whether it is dead`,
    next: `${remedy.replace(/\.$/, "")}; where it is gone for good, docs/leaving.md says how to have that seen`,
  });
}

/**
 * Has a server taken out of etcd. One that was would join again when it starts: so before that it is kept from starting
 * with its machine, and goes on running, since etcd may need it to agree. Where it stays in etcd it is as it was.
 */
export async function takenOut<T>(
  leaving: Leaving,
  { isIn, work, tell }: { isIn: () => Promise<boolean>; work: () => Promise<T>; tell: Tell },
): Promise<T> {
  await startsWithMachine(leaving, false);
  try {
    return await work();
  } catch (error) {
    await undone(leaving, isIn, tell);
    throw error;
  }
}

/** What went wrong before is what the user has to know first. */
async function undone(leaving: Leaving, isIn: () => Promise<boolean>, tell: Tell): Promise<void> {
  try {
    if (await isIn()) await startsWithMachine(leaving, true);
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    tell.warn(`k3s on ${leaving.name} may not start with its machine (systemctl enable k3s there): ${why}`);
  }
}

async function startsWithMachine(leaving: Leaving, does: boolean): Promise<void> {
  const { name, connection } = leaving;
  const variables = { ...unitOf(leaving), ENABLED: does ? "yes" : "no" };
  await connect(name, connection)
    .run(script("enable-node"), { variables, deadline: 60_000 })
    .catch((error) => {
      throw atStep(`having k3s on ${name} ${does ? "start with its machine" : "start no more"}`, error);
    });
}

/** A node that runs on would make its object anew. */
export async function stop(leaving: Leaving, tell: Tell): Promise<void> {
  const { name, connection } = leaving;
  const step = `stopping ${name}`;
  tell(step);
  // What is forgotten while its machine is a whole node still would be taken for one by a run that comes after.
  const variables = { ...unitOf(leaving), GONE: "yes" };
  await connect(name, connection)
    .run(script("stop-node"), { variables, deadline: 120_000 })
    .catch((error) => {
      throw atStep(step, error);
    });
}

function unitOf({ cluster, name, role }: Leaving) {
  return { OWNER: `${cluster}/${name}`, UNIT: unitName(role) };
}
