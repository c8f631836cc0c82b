import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../../lab/machines/model";
import { machine, onMachine } from "../../e2e/labs";
import { type Break, byScript, whileBroken } from "../breaks";
import { refused } from "../fails";
import { entries, entry, type LabField } from "../field";

const within = 60;

/** Two names for one address, which only the machine behind them can tell. */
export async function sameMachine(field: LabField): Promise<void> {
  const configFile = join(field.stack.folder, "ssh-config");
  writeFileSync(configFile, `Host twin\n  HostName ${machine(field.lab, "x1").address}\n`);
  await refused(field, {
    manifest: { agents: [entry(field, "x1"), { name: "twin", host: "twin", ssh: { configFile } }] },
    told: [{ where: "twin, x1", cause: /^same-machine: twin, x1 are one machine/, next: /once/ }],
    within,
  });
}

export async function sameHostname(field: LabField): Promise<void> {
  const named = (name: string, hostname: string) =>
    byScript(field.lab, name, `hostname ${hostname}`, `hostname ${name}`);
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2", "x3") },
    broken: [named("x1", "Twin"), named("x2", "twin")],
    told: [
      { where: "x1, x2", cause: /^hostname-duplicate: x1, x2 have the hostname twin/, next: /hostnamectl/ },
    ],
    within,
  });
}

export async function clones(field: LabField): Promise<void> {
  const id = await onMachine(field.lab, "x1", "cat /etc/machine-id");
  const own = await onMachine(field.lab, "x2", "cat /etc/machine-id");
  const write = (text: string) => `echo ${text} >/etc/machine-id`;
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2", "x3") },
    broken: [byScript(field.lab, "x2", write(id), write(own))],
    told: [
      {
        where: "x1, x2",
        cause: new RegExp(`^machine-id-duplicate: x1, x2 have the machine-id ${id}`),
        next: /systemd-machine-id-setup/,
      },
    ],
    within,
  });
}

/** Another cluster of ours, a k3s of somebody, and kubeadm: named, and left as they are. */
export async function occupied(field: LabField, k3s: Break): Promise<void> {
  const { lab } = field;
  const cluster = "mkdir -p /etc/rancher/k3s; echo other/x1 >/etc/rancher/k3s/owner";
  const kubeadm = "mkdir -p /etc/kubernetes; touch /etc/kubernetes/kubelet.conf";
  await whileBroken([k3s], async () => {
    const file = "/var/lib/rancher/k3s/server/tls/server-ca.crt";
    const hash = async () => (await onMachine(lab, "x2", `sha256sum ${file}`)).slice(0, 64);
    const ca = await hash();
    await refused(field, {
      manifest: { agents: entries(field, "x1", "x2", "x3") },
      broken: [
        byScript(lab, "x1", cluster, "rm -r /etc/rancher"),
        byScript(lab, "x3", kubeadm, "rm -r /etc/kubernetes"),
      ],
      told: [
        { where: "x1", cause: /^owner: is node other\/x1 already/, next: /Remove it there first/ },
        { where: "x2", cause: new RegExp(`^other-k3s: .*not ours.*CA ${ca}`), next: /k3s-uninstall\.sh/ },
        { where: "x3", cause: /^other-kubernetes: .*kubeadm/, next: /Remove it with its own means/ },
      ],
      within,
    });
    expect(await hash()).toBe(ca);
  });
}

/** What a k3s leaves of itself, without one. */
export function remainsOfK3s(lab: Lab): Break {
  const server = "/var/lib/rancher/k3s/server";
  const subject = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -keyout /dev/null";
  return byScript(
    lab,
    "x2",
    `mkdir -p ${server}/db ${server}/tls
    openssl req -x509 -days 2 ${subject} -out ${server}/tls/server-ca.crt 2>/dev/null`,
    "rm -r /var/lib/rancher/k3s",
  );
}

/** A real one, that somebody started by hand from the mirror. */
export function foreignK3s(lab: Lab, release: string): Break {
  return byScript(
    lab,
    "x2",
    `curl -sSf -o /opt/k3s ${release}/k3s; chmod 0755 /opt/k3s
    systemd-run --quiet --unit k3s -p KillMode=process -p Delegate=yes /opt/k3s server --disable-agent
    until [ -s /etc/rancher/k3s/k3s.yaml ] && [ -s /etc/rancher/node/password ]; do sleep 0.2; done`,
    `systemctl stop k3s; pkill -f '/data/.*/bin/(k3s|containerd)' || true
    rm -r /opt/k3s /var/lib/rancher/k3s /etc/rancher`,
  );
}
