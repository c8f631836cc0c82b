import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";

const { version } = k3s["k3s-1.33"];
const certificates = "/var/lib/rancher/k3s/server/tls/etcd";
const here = "/etc/database";

test(
  "D01 two servers keep their state in a database of the user's, and find each other in it",
  async () => {
    const lab = await labUp("datastore", { servers: 3, k3s: ["k3s-1.33"] });
    const stacks: Stack[] = [];
    try {
      await onMachine(lab, "s1", database(`${lab.mirror}/${encodeURIComponent(version)}/k3s`));
      for (const name of ["s2", "s3"]) await hand(lab, name);
      const datastore = {
        kind: "external",
        endpoint: `https://${machine(lab, "s1").address}:2379`,
        caFile: `${here}/server-ca.crt`,
        certFile: `${here}/client.crt`,
        keyFile: `${here}/client.key`,
      };
      const manifest = parse(manifestFor(lab, version)) as { servers: { name: string }[] };
      const servers = manifest.servers.filter(({ name }) => name !== "s1");
      const stack = await newClusterStack(stringify({ ...manifest, servers, datastore }));
      stacks.push(stack);
      await stack.pulumi(["up", "--yes"]);
      const nodes = await onMachine(lab, "s3", `${kubectl} get nodes --no-headers`);
      expect(nodes.split("\n").map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
        ["s2", "Ready"],
        ["s3", "Ready"],
      ]);
      expect(
        await onMachine(lab, "s2", "ls /var/lib/rancher/k3s/server/db/etcd/member 2>&1 || true"),
      ).toMatch(/No such/);
      expect(await stack.pulumi(["up", "--yes"])).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    } finally {
      for (const stack of stacks) stack.remove();
      await labDown("datastore");
    }
  },
  minutes(10),
);

/** An etcd and nothing else, without what k3s itself keeps there. */
const database = (release: string) => `
curl -fsS -o /usr/local/bin/k3s '${release}'
chmod 755 /usr/local/bin/k3s
systemd-run -q --unit database -p Type=notify k3s server --cluster-init --disable-agent \\
  --disable-apiserver --disable-controller-manager --disable-scheduler --disable-cloud-controller
cd ${certificates}
curl -fsS --cacert server-ca.crt --cert client.crt --key client.key \\
  -d '{"key":"AA==","range_end":"AA=="}' https://127.0.0.1:2382/v3/kv/deleterange
`;

/** What opens the database, on the way that a user would take. */
async function hand(lab: Lab, name: string): Promise<void> {
  const archive = await onMachine(
    lab,
    "s1",
    `tar -C ${certificates} -cf - server-ca.crt client.crt client.key | base64 -w 0`,
  );
  await onMachine(lab, name, `mkdir -m 700 ${here}; echo ${archive} | base64 -d | tar -C ${here} -xf -`);
}
