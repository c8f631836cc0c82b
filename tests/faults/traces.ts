import { hosts, type Lab } from "../../lab/machines/model";
import { onMachine } from "../e2e/labs";

/** What a run may have left on each machine, and since when its units run; equal texts mean that nobody was touched. */
export async function tracesOn(lab: Lab, names = hosts(lab).map(({ name }) => name)) {
  const answers = names.map(async (name) => [name, await onMachine(lab, name, script)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

/** What there would be of a node that somebody has begun to make: nothing but fetched files is. */
export async function expectNotBegun(lab: Lab, name: string): Promise<void> {
  const places = "/etc/rancher /etc/systemd/system/k3s* /usr/local/bin/k3s /var/lib/rancher/k3s/server";
  expect(await onMachine(lab, name, `ls -d ${places} 2>/dev/null || true`)).toBe("");
}

const script = `
find /etc /usr/local /var/lib/rancher -maxdepth 5 -xdev -not -path '/var/lib/rancher/k3s/*/*' -printf '%M %u %p\\n' | sort
find /etc/rancher /etc/systemd/system -type f -exec sha256sum {} + | sort -k 2
systemctl show -p ActiveEnterTimestampMonotonic -p NRestarts k3s k3s-agent
`;
