import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { troubles } from "../k3s/quorum";
import { recovery } from "../k3s/recovery";
import { keptToken } from "../k3s/snapshots";
import type { Manifest } from "../manifest/schema";
import type { Member } from "../providers/connection";
import { StepError } from "../providers/failure";
import { type EtcdMember, healthyServer, membersOf } from "../providers/members";
import { saveSnapshot, savingStep } from "../providers/snapshot";
import { download } from "./download";
import { readManifest } from "./manifest";
import { serversOf } from "./members";
import { Problem } from "./problem";

const usage = `k3s-cluster snapshot [options]

Saves etcd now, on one server, and beside it the token that it can be restored with. Nothing restarts.

  --manifest FILE   the cluster, by default cluster.yaml
  --stack NAME      or what the settings of this stack say; Pulumi is asked for them
  --name NAME       what its name begins with, by default on-demand
  --server NAME     where to save it, by default on the first server that is well
  --to FOLDER       fetches both files into a folder here, too; the token with .token at its end`;

export async function main(args: string[]): Promise<string> {
  const { help, name, server, to, ...place } = parse(args);
  if (help) return usage;
  checkName(name);
  const manifest = await readManifest(place);
  if (manifest.datastore.kind !== "etcd")
    throw new Problem(
      `only etcd has snapshots, and the datastore of ${manifest.name} is ${manifest.datastore.kind}`,
      "save that by its own means",
    );
  if (manifest.servers.length === 0)
    throw new Problem(
      `no server of ${manifest.name} is in its manifest`,
      "run k3s etcd-snapshot save on a server of the cluster that it joins",
    );
  const servers = serversOf(manifest);
  if (to !== undefined) mkdirSync(to, { recursive: true, mode: 0o700 });
  const via = chosen(manifest, servers, await membersOf(servers), server);
  const saved = await saveSnapshot(via, name);
  const token = keptToken(saved.path);
  const lines = [`saved on ${via.name}: ${saved.path} (${saved.bytes} bytes)`, `its token: ${token}`];
  if (to === undefined) return lines.join("\n");
  return [...lines, ...(await download(via, { ...saved, token }, to)).map((file) => `fetched: ${file}`)].join(
    "\n",
  );
}

/** Beside what it prints, which others may read. */
function told(message: string): void {
  process.stderr.write(`${message}\n`);
}

function parse(args: string[]) {
  const string = { type: "string" } as const;
  const options = {
    help: { type: "boolean", short: "h", default: false },
    ...{ manifest: string, stack: string, server: string, to: string },
    name: { type: "string", default: "on-demand" },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Problem((error as Error).message, `choose from:\n\n${usage}`);
  }
}

/** It becomes a part of a file's name, and k3s counts by it which snapshots are its own to remove. */
function checkName(name: string): void {
  const own = "etcd-snapshot";
  if (!/^[a-z0-9][-.a-z0-9]{0,62}$/.test(name))
    throw new Problem(
      `"${name.slice(0, 80)}" is no name for a snapshot`,
      'give lower-case letters, digits, "-" and ".", at most 63, such as before-the-move',
    );
  if (name.startsWith(own))
    throw new Problem(
      `k3s would count ${name} among those that it takes by itself, and remove it in time`,
      `give a name that does not begin with ${own}`,
    );
}

/** A server that is well: the one that is asked for, or the first. */
function chosen(
  { name: cluster, join }: Pick<Manifest, "name" | "join">,
  servers: Member[],
  members: EtcdMember[],
  wanted?: string,
): Member {
  const candidates = wanted === undefined ? servers : servers.filter(({ name }) => name === wanted);
  if (candidates.length === 0)
    throw new Problem(
      `${wanted} is no server of ${cluster}`,
      `choose from ${servers.map(({ name }) => name).join(", ")}`,
    );
  const found = healthyServer(candidates, members, { warn: told });
  if (found) return found;
  const ill = troubles(members.filter(({ node }) => wanted === undefined || node === wanted));
  throw new StepError({
    machine: wanted ?? cluster,
    step: savingStep,
    cause: ill.length > 0 ? ill.join(", ") : "no etcd is there",
    next:
      members.length > 0
        ? recovery(members, join)
        : "see whether these machines are the servers, and k3s runs there",
  });
}
