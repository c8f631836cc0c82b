import { namesNode } from "../../k3s/owner";
import { RemoteError } from "../../remote/errors";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { atStep, StepError } from "../failure";
import { remains } from "../node/forget";
import type { Tell } from "../wire";

/** What another cluster has made of the machine since is no member that is to leave. */
export async function isOurs(server: Member, cluster: string, tell: Tell): Promise<boolean> {
  const owner = await ownerOf(server).catch((error) => {
    throw atStep("looking whose node its machine holds", error);
  });
  const { name } = server;
  if (owner === `${cluster}/${name}`) return true;
  tell.warn(remains(name, `${held(owner)}, and is left alone; etcd there may still count it`));
  return false;
}

/**
 * Those of these servers whose answers are their cluster's. A machine that is another cluster's by now tells of its etcd, and its
 * API has nodes of the same names. One that cannot be asked for its owner tells nothing else either, and stays among them.
 */
export async function ours<M extends Member>(
  servers: readonly M[],
  cluster: string,
  tell: Tell,
): Promise<M[]> {
  const own = await Promise.all(
    servers.map(async (server) => {
      const { name } = server;
      const owner = await ownerOf(server).catch((error) => {
        if (error instanceof RemoteError) return undefined;
        throw error;
      });
      if (owner === undefined || owner === `${cluster}/${name}`) return [server];
      tell.warn(`${name}: ${held(owner)}, and is not asked`);
      return [];
    }),
  );
  return own.flat();
}

/** Where servers stay, and none of them can speak for the cluster. */
export function nobodyOf(cluster: string): StepError {
  return new StepError({
    machine: cluster,
    step: "having nodes leave",
    cause: "none of the servers that stay is the cluster's by now, so that nobody can tell it",
    next: "see what /etc/rancher/k3s/owner says on them, and correct their addresses or run pulumi refresh",
  });
}

async function ownerOf({ name, connection }: Member): Promise<string> {
  return (await connect(name, connection).run(script("read-owner"), { deadline: 20_000 })).trim();
}

function held(owner: string): string {
  return `its machine holds ${namesNode(owner) ? owner : "no node of ours"} by now`;
}
