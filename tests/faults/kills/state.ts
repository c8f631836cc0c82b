import { onMachine } from "../../e2e/labs";
import { traces } from "../../e2e/traces";
import type { Stage } from "./scene";

export type State = Record<string, string>;

/** What a cluster is: its files, units, nodes and members, but for what is made anew each time: tokens, certificates. */
export async function madeState(stage: Stage): Promise<State> {
  const { lab, named } = stage;
  const [server = ""] = Object.keys(named.roles);
  return {
    ...(await onEach(stage, `if [ -e /etc/rancher/k3s/owner ]; then\n${files}\nelse\n${clean}\nfi`)),
    nodes: await onMachine(lab, server, nodes),
    members: await onMachine(lab, server, members),
  };
}

/** What is on the machines where there is no cluster. */
export function cleanState(stage: Stage): Promise<State> {
  return onEach(stage, clean);
}

/** The lines that only one of them has; nothing where they are equal. */
export function difference(expected: State, actual: State): string | undefined {
  const lines = Object.keys(expected).flatMap((name) => {
    const [before, after] = [expected[name] ?? "", actual[name] ?? ""].map((text) => text.split("\n"));
    const only = (some: string[] = [], others: string[] = [], sign: string) =>
      some.filter((line) => !others.includes(line)).map((line) => `${sign} ${name}: ${line}`);
    return [...only(before, after, "missing"), ...only(after, before, "unexpected")];
  });
  return lines.length > 0 ? lines.slice(0, 12).join("; ") : undefined;
}

async function onEach({ lab, named }: Stage, script: string): Promise<State> {
  const answers = Object.keys(named.roles).map(
    async (name) => [name, await onMachine(lab, name, script)] as const,
  );
  return Object.fromEntries(await Promise.all(answers));
}

const clean = `${traces}
find /tmp /var/tmp -not -path '*/systemd-private-*' | sort
find /run -maxdepth 1 -name 'k3s-cluster.??????'
`;

const files = `
find /etc/rancher /usr/local /etc/systemd/system -printf '%M %u %g %p\\n' | sort
find /etc/rancher /usr/local /etc/systemd/system -type f -not -name k3s.yaml -not -name '*token' -not -name .written \\
  -not -path '*/node/password' -exec sha256sum {} + | sort -k 2
grep -v 'token$' /etc/rancher/k3s/.written
for unit in k3s k3s-agent; do
  echo "$unit $(systemctl is-active $unit) $(systemctl is-enabled $unit 2>/dev/null)"
done
`;

const nodes = `k3s kubectl --cache-dir /run/kube get nodes --no-headers | awk '{ print $1, $2, $NF }' | sort`;

const members = `
cd /var/lib/rancher/k3s/server/tls/etcd
curl -s --cacert server-ca.crt --cert client.crt --key client.key -d '{}' https://127.0.0.1:2382/v3/cluster/member/list |
  tr '{' '\\n' | sed -n 's/.*"name":"\\([^-]*\\)-[^"]*"/\\1 /p'
`;
