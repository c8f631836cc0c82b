import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { connect, type Member } from "../providers/connection";
import { atStep, StepError } from "../providers/failure";
import type { Saved } from "../providers/snapshot";
import { script } from "../remote/script";

/** Bytes that are asked for at once: as base64 they are what remote/ keeps of an answer. */
const part = 128 * 1024;

/** Fetches a snapshot and its token, which only their owner here may read; gives where they are. */
export async function download(
  server: Member,
  { path, sha256, token }: Saved & { token: string },
  folder: string,
): Promise<string[]> {
  const snapshot = join(folder, basename(path));
  await fetched(server, token, `${snapshot}.token`);
  await fetched(server, path, snapshot, sha256);
  return [snapshot, `${snapshot}.token`];
}

/** The file is there as a whole, or not at all. */
async function fetched({ name, connection }: Member, from: string, to: string, sum?: string): Promise<void> {
  const step = `fetching ${from}`;
  const unfinished = `${to}.part`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, "wx", 0o600);
  const hash = createHash("sha256");
  try {
    for (let offset = 0, size = part; size === part; offset += size) {
      const variables = { FILE: from, OFFSET: String(offset), SIZE: String(part) };
      const text = await connect(name, connection)
        .run(script("read-part"), { variables, deadline: 60_000 })
        .catch((error) => {
          throw atStep(step, error);
        });
      const bytes = Buffer.from(text, "base64");
      size = bytes.length;
      hash.update(bytes);
      await file.write(bytes);
    }
  } finally {
    await file.close();
  }
  if (sum !== undefined && hash.digest("hex") !== sum)
    throw new StepError({
      machine: name,
      step,
      cause: `what arrived in ${unfinished} is not what was saved`,
      next: "see whether the disk here has room, then run this again",
    });
  await rename(unfinished, to);
}
