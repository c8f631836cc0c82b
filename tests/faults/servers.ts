import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { type K3sName, k3s } from "../../lab/tools/catalog";
import { labUp, machine, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { type Written, write } from "./field";
import { tracesOn } from "./traces";

export const kubectl = "k3s kubectl --cache-dir /tmp/kube";
export const servers = ["s1", "s2", "s3"] as const;

const up = ["up", "--yes", "--skip-preview"];

/** A cluster of three servers without pods, so that no image is needed. */
export interface Three {
  lab: Lab;
  stack: Stack;
  manifest: Written & { servers: Written[] };
}

export async function threeUp(
  suite: string,
  spare: number,
  ...versions: [K3sName, ...K3sName[]]
): Promise<Three> {
  const lab = await labUp(suite, { servers: 3, spare, k3s: versions });
  const { version } = k3s[versions[0]];
  const manifest = { ...parse(manifestFor(lab, version)), artifacts: { mirror: lab.mirror } };
  const stack = await newClusterStack(stringify(manifest));
  await stack.pulumi(up);
  return { lab, stack, manifest };
}

/** Brings it to its manifest with other fields. */
export async function make(three: Three, changed: Written): Promise<string> {
  const { code, said } = await tried(three, changed);
  if (code !== 0) throw new Error(said);
  return said;
}

/** Whatever comes of it. */
export async function tried(
  three: Three,
  changed: Written,
  args: readonly string[] = up,
): Promise<{ code: number; said: string }> {
  write(three, changed);
  const { code, stdout, stderr } = await three.stack.tryPulumi(args);
  return { code, said: stdout + stderr };
}

/** A preview and an up refuse it in these words, and no machine is another than before. */
export async function refuses(three: Three, changed: Written, words: RegExp): Promise<void> {
  const before = await tracesOn(three.lab);
  for (const args of [["preview"], up]) {
    const { code, said } = await tried(three, changed, args);
    expect([code === 0, said]).toEqual([false, expect.stringMatching(words)]);
  }
  expect(await tracesOn(three.lab)).toEqual(before);
}

export async function expectSettled({ stack }: Three): Promise<void> {
  expect(await stack.pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
}

export interface EtcdMember {
  ID: string;
  name?: string;
  isLearner?: boolean;
}

/** Asks etcd on a server, past the program. */
export async function etcd<T = object>({ lab }: Three, via: string, path: string, body: object): Promise<T> {
  const tls = "/var/lib/rancher/k3s/server/tls/etcd";
  const answer = await onMachine(
    lab,
    via,
    `curl -fsS --retry 30 --retry-delay 1 --retry-connrefused --cacert ${tls}/server-ca.crt --cert ${tls}/client.crt --key ${tls}/client.key -d '${JSON.stringify(body)}' https://127.0.0.1:2382/v3/${path}`,
  );
  return JSON.parse(answer) as T;
}

export async function etcdMembers(three: Three, via: string): Promise<EtcdMember[]> {
  return (await etcd<{ members: EtcdMember[] }>(three, via, "cluster/member/list", {})).members;
}

/** The members of etcd by their nodes; who has no vote is told so. */
export async function voters(three: Three, via: string): Promise<string[]> {
  const all = await etcdMembers(three, via);
  return all
    .map(
      ({ name, isLearner }) =>
        `${(name || "nobody").replace(/-[0-9a-f]{8}$/, "")}${isLearner ? " learns" : ""}`,
    )
    .sort();
}

export interface Started {
  /** By its machine's clock. */
  since: string;
  /** How often the unit has ended by itself. */
  ended: string;
}

/** When k3s was started last. */
export async function starts({ lab }: Three, names: readonly string[]): Promise<Record<string, Started>> {
  const shown = (name: string, what: string) => onMachine(lab, name, `systemctl show -p ${what} --value k3s`);
  const all = names.map(async (name) => {
    const since = await shown(name, "ActiveEnterTimestampMonotonic");
    return [name, { since, ended: await shown(name, "NRestarts") }] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

/** The nodes as `kubectl get nodes` has them: name, status and version. */
export async function nodes({ lab }: Three, via: string): Promise<string[]> {
  const rows = await onMachine(lab, via, `${kubectl} get nodes --no-headers`);
  return rows.split("\n").map((row) => {
    const [name, status, , , version] = row.split(/ +/);
    return `${name} ${status} ${version}`;
  });
}

/** A machine of the lab as an entry of the manifest. */
export function entryOf({ lab }: Three, name: string, more: Written = {}): Written {
  return { name, host: machine(lab, name).address, ...more };
}
