import { parse, stringify } from "yaml";
import { say } from "../console";
import { inContainer } from "../engine/docker";
import { stateFolder } from "../folders";
import { heal } from "../machines/disturb";
import { down, up } from "../machines/lab";
import { manifestFor } from "../machines/manifest";
import { containerName, hosts, type Lab } from "../machines/model";
import { labFile } from "../machines/store";
import { makeProject } from "../project";
import { openStack, writeKubeconfig } from "../stack";
import { k3s } from "../tools/catalog";
import { settings } from "./field";
import { stopGuide } from "./guide";

const name = "failover";

export interface Cluster {
  lab: Lab;
  /** The virtual address. */
  address: string;
  /** A file. */
  kubeconfig: string;
}

/** Three servers behind a virtual address and two agents; what an interrupted run left of them is put right. */
export async function bringUp(): Promise<Cluster> {
  const lab = await up({ name, servers: 3, agents: 2, spare: 0, bastion: false, k3s: ["k3s-1.33"] });
  await mend(lab);
  const address = `${lab.prefix}100`;
  const manifest = stringify({
    ...parse(manifestFor(lab, k3s["k3s-1.33"].version)),
    endpoint: { vip: `${address}/24` },
    haproxy: {},
  });
  const stack = await openStack(stateFolder(name), "t", (project) => makeProject(project, "t", manifest));
  say("==> pulumi up");
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  const kubeconfig = await writeKubeconfig(stack, labFile(name, "kubeconfig"));
  return { lab, address, kubeconfig };
}

/** Takes everything down, the stack with its machines. */
export async function takeDown(): Promise<void> {
  await down(name);
  const stack = await openStack(stateFolder(name), "t", () => undefined);
  stack.remove();
}

async function mend(lab: Lab): Promise<void> {
  await heal(lab);
  await stopGuide(lab, settings.ours.units);
  await Promise.all(
    hosts(lab).map((machine) => inContainer(containerName(lab.name, machine.name), ["sh", "-s"], again)),
  );
}

const again = `
pkill -CONT '^(haproxy|k3s-server)$'
for unit in k3s haproxy-k3s keepalived-k3s; do
  if systemctl is-enabled --quiet $unit 2>/dev/null; then systemctl start --no-block $unit; fi
done
true
`;
