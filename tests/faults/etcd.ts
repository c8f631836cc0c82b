import type { Lab } from "../../lab/machines/model";
import { onMachine } from "../e2e/labs";

interface Member {
  ID: string;
  name?: string;
  isLearner?: boolean;
}

/** Asks etcd on a server, past the program. */
export async function etcd<T = object>(lab: Lab, via: string, path: string, body: object): Promise<T> {
  const tls = "/var/lib/rancher/k3s/server/tls/etcd";
  const answer = await onMachine(
    lab,
    via,
    `curl -fsS --retry 30 --retry-delay 1 --retry-connrefused --cacert ${tls}/server-ca.crt --cert ${tls}/client.crt --key ${tls}/client.key -d '${JSON.stringify(body)}' https://127.0.0.1:2382/v3/${path}`,
  );
  return JSON.parse(answer) as T;
}

export async function etcdMembers(lab: Lab, via: string): Promise<Member[]> {
  return (await etcd<{ members: Member[] }>(lab, via, "cluster/member/list", {})).members;
}

/** The members of etcd by their nodes; who has no vote is told so. */
export async function voters(lab: Lab, via: string): Promise<string[]> {
  const all = await etcdMembers(lab, via);
  return all
    .map(
      ({ name, isLearner }) =>
        `${(name || "nobody").replace(/-[0-9a-f]{8}$/, "")}${isLearner ? " learns" : ""}`,
    )
    .sort();
}
