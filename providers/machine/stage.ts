import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { advised } from "../failure";
import { minutes } from "../minutes";
import { inTurn } from "../one-at-a-time";
import { wayTo } from "../way";
import type { Tell } from "../wire";

/** What is to be on a machine, and where it comes from. */
export interface Release {
  version: string;
  /** Where its files are: the official address or a mirror of its layout, version included. */
  release: string;
  images: boolean;
  /** What to fetch through: nothing where it is for the machine to say, "none" for no proxy. */
  proxy?: string;
}

/** What is being fetched, or was: an upgrade has all of it fetched before the first node changes. */
const fetched = new Map<string, Promise<string>>();

/** Unpacking fills a disk that etcd waits for: of several members one at a time may be slow, and the others go on. */
const besideEtcd = inTurn();

/**
 * Has a machine fetch and verify a release, once in an operation; gives the SHA-256 of its binary.
 * @param etcd whether a member of etcd runs there
 */
export async function stage(inputs: Member & Release, tell: Tell, { etcd = false } = {}): Promise<string> {
  const { connection, version, release, images } = inputs;
  const what = [wayTo(connection), version, release, images].join();
  tell(`fetching k3s ${version}`);
  const known = fetched.get(what);
  if (known) return known;
  const sha256 = etcd ? besideEtcd(() => fetch(inputs)) : fetch(inputs);
  fetched.set(what, sha256);
  // What was not to be had may be, the next time.
  sha256.catch(() => fetched.delete(what));
  return sha256;
}

async function fetch(inputs: Member & Release): Promise<string> {
  const { name, connection, version, release, images, proxy = "" } = inputs;
  const options = {
    variables: { VERSION: version, BASE: release, IMAGES: images ? "yes" : "no", PROXY: proxy },
    deadline: minutes(10),
    // curl repeats the whole address of a proxy that it cannot parse.
    secrets: proxy.includes("@") ? [proxy] : [],
  };
  const sha256 = await connect(name, connection)
    .run(script("stage"), options)
    .catch((error) => {
      throw advised(`fetching k3s ${version}`, error, {
        74: "free some room there, then run this again",
        65: "correct the mirror, or remove what changes files on the way; nothing was installed",
        69: "check that the machine reaches this address, or name a mirror (artifacts.mirror) or a proxy (proxy) that it reaches",
      });
    });
  return sha256.trim();
}
