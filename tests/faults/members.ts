import type { Lab } from "../../lab/machines/model";
import { onMachine } from "../e2e/labs";

/** The members of etcd by the names of their nodes, as this server knows them. */
export async function membersOf(lab: Lab, server: string): Promise<{ name: string; isLearner?: boolean }[]> {
  const tls = "/var/lib/rancher/k3s/server/tls/etcd";
  const question = `curl -s --cacert ${tls}/server-ca.crt --cert ${tls}/client.crt --key ${tls}/client.key -d '{}' https://127.0.0.1:2382/v3/cluster/member/list`;
  const { members } = JSON.parse(await onMachine(lab, server, question)) as {
    members: { name: string; isLearner?: boolean }[];
  };
  return members
    .map(({ name, isLearner }) => ({ name: name.replace(/-[0-9a-f]{8}$/, ""), isLearner }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
