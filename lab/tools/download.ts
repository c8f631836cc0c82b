import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { Problem } from "../problem";
import type { Release } from "./catalog";
import { sha256In } from "./checksums";

/** The network, or a server on it, does not give the file: another way to get the tool may work. */
export class Unreachable extends Error {}

class BrokenOff extends Unreachable {}

const answerTimeout = 5_000;
const silenceTimeout = 30_000;
const tries = 3;
const unreachableOrigins = new Map<string, string>();

/** The sha256 that a release's own list states. */
export async function publishedSha256(release: Release): Promise<string> {
  const list: Buffer[] = [];
  await fetchPieces(release.checksums, async (piece) => void list.push(piece));
  const sum = sha256In(Buffer.concat(list).toString(), release.name);
  if (!sum) throw new Unreachable(`${release.checksums} does not name ${release.name}`);
  return sum;
}

/** Fetches a release's file and refuses it when it is not the published one. */
export async function download(
  release: Release,
  sha256: string,
  to: string,
  progress: (text: string) => void,
): Promise<void> {
  const got = await fetchFile(release.file, to, progress);
  if (got === sha256) return;
  throw new Problem(
    `${release.file} is not the published file: its sha256 is ${got}, the list says ${sha256}.`,
    "Run this again; if it stays so, something between this machine and the server changes downloads.",
  );
}

/** Why a file cannot be had, or nothing when it can; its content is not fetched. */
export async function reasonUnreachable(url: string): Promise<string | undefined> {
  try {
    const response = await ask(url, { method: "HEAD" }, new AbortController());
    return response.ok ? undefined : `${url} answers ${response.status}`;
  } catch (error) {
    if (error instanceof Unreachable) return error.message;
    throw error;
  }
}

async function fetchFile(
  url: string,
  to: string,
  progress: (text: string) => void,
  attempt = 1,
): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(to, "w");
  try {
    await fetchPieces(url, async (piece, received, total) => {
      hash.update(piece);
      await file.writeFile(piece);
      progress(`${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`);
    });
  } catch (error) {
    if (error instanceof BrokenOff && attempt < tries) return await fetchFile(url, to, progress, attempt + 1);
    throw error;
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}

type Take = (piece: Buffer, received: number, total: number | undefined) => Promise<void>;

async function fetchPieces(url: string, take: Take): Promise<void> {
  const abort = new AbortController();
  const response = await ask(url, {}, abort);
  if (!response.ok) throw new Unreachable(`${url} answers ${response.status}`);
  const total = Number(response.headers.get("content-length")) || undefined;
  let received = 0;
  const silence = setTimeout(() => abort.abort(new Error("the server fell silent")), silenceTimeout);
  try {
    for await (const piece of response.body ?? []) {
      silence.refresh();
      received += piece.length;
      await take(Buffer.from(piece), received, total);
    }
  } catch (error) {
    if (isLocal(error)) throw error;
    throw new BrokenOff(`${url} broke off after ${megabytes(received)}: ${innermost(error)}`);
  } finally {
    clearTimeout(silence);
  }
}

/** An origin that gave no answer is not asked again by this process: the wait costs once. */
async function ask(url: string, init: RequestInit, abort: AbortController): Promise<Response> {
  const { origin } = new URL(url);
  const known = unreachableOrigins.get(origin);
  if (known) throw new Unreachable(known);
  const late = new Error(`no answer in ${answerTimeout / 1_000} s`);
  const timer = setTimeout(() => abort.abort(late), answerTimeout);
  try {
    return await fetch(url, { ...init, signal: abort.signal });
  } catch (error) {
    const reason = `${origin} cannot be reached: ${innermost(error)}`;
    unreachableOrigins.set(origin, reason);
    throw new Unreachable(reason);
  } finally {
    clearTimeout(timer);
  }
}

/** A full disk or a missing permission is no fault of the network. */
function isLocal(error: unknown): boolean {
  return ["ENOSPC", "EACCES", "EROFS", "EIO", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function innermost(error: unknown): string {
  const { message, cause } = error as Error;
  return cause ? innermost(cause) : message;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
