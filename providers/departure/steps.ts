import type { Role } from "../../k3s/config";
import { unitName } from "../../k3s/unit";
import { RemoteError } from "../../remote/errors";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { drain } from "../drain";
import type { Tell } from "../wire";
import type { DepartureInputs } from "./provider";

/** Pods of a machine that does not answer do not end; those that are to be elsewhere come there when it is forgotten. */
export async function emptied(
  leaving: Member,
  api: Member,
  inputs: DepartureInputs,
  tell: Tell,
): Promise<void> {
  if (!inputs.drain || !(await answers(leaving))) return;
  await drain({ node: leaving.name, api, ...inputs.drain }, tell);
}

/** A node that runs on would make its object anew. */
export async function stopped(
  { name, connection }: Member,
  role: Role,
  { cluster, elsewhere }: DepartureInputs,
  tell: Tell,
): Promise<void> {
  if (!(await answers({ name, connection }))) return;
  tell(`stopping ${name}`);
  const variables = {
    OWNER: `${cluster}/${name}`,
    UNIT: unitName(role),
    ...(elsewhere ? { GONE: "yes" } : {}),
  };
  await connect(name, connection).run(script("stop-node"), { variables, deadline: 120_000 });
}

/** Where none does, the first: what is asked of it will say why. */
export async function answering(servers: readonly Member[]): Promise<Member | undefined> {
  for (const server of servers) if (await answers(server)) return server;
  return servers[0];
}

export async function answers({ name, connection }: Member): Promise<boolean> {
  try {
    await connect(name, connection).hostKey();
    return true;
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}
