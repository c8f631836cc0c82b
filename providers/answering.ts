import { RemoteError } from "../remote/errors";
import { connect, type Member } from "./connection";

/** The first of these that answers; where none does, the first: what is asked of it will say why. */
export async function answering(servers: readonly Member[]): Promise<Member | undefined> {
  for (const server of servers) if (await answers(server)) return server;
  return servers[0];
}

async function answers({ name, connection }: Member): Promise<boolean> {
  try {
    await connect(name, connection).hostKey();
    return true;
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}
