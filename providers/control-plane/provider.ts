import { createHash } from "node:crypto";
import { kubeconfigFor } from "../../k3s/kubeconfig";
import { unitName } from "../../k3s/unit";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import type { Rotation } from "../node/provider";
import { restartsAllowed } from "../node/ready";
import { checkPodNetwork } from "../pod-network";
import type { Override } from "../preflight/overrides";
import { waitFor } from "../wait";
import type { Resource, Tell } from "../wire";

export interface ControlPlaneInputs {
  cluster: string;
  servers: Member[];
  /** The ids of the servers' nodes, which it waits for. */
  nodes: string[];
  endpoint: { address: string; port: number };
  /** What tokens and certificates were rotated by. */
  rotate?: Rotation;
  /** How to take it that servers do not reach each other through the pod network; by default as an error. */
  podNetwork?: Override;
  patience: number;
}

export interface ControlPlaneOutputs {
  kubeconfig: string;
  caCertificate: string;
  caHash: string;
  token: string;
  agentToken: string;
  clusterId: string;
}

/** The servers together: done when each is Ready, serves, and votes. What others need comes from here. */
export const controlPlane: Resource<ControlPlaneInputs, ControlPlaneOutputs> = {
  outputs: ["kubeconfig", "caCertificate", "caHash", "token", "agentToken", "clusterId"],
  createOnly: ["patience", "podNetwork"],
  create: async (inputs, tell) => ({ id: inputs.cluster, outputs: await verify(inputs, tell) }),
  update: async (_id, inputs, _state, tell) => verify(inputs, tell),
};

async function verify(inputs: ControlPlaneInputs, tell: Tell): Promise<ControlPlaneOutputs> {
  const waiting = new Map(inputs.servers.map(({ name }) => [name, "looking"]));
  const show = (name: string, step?: string) => {
    if (step) waiting.set(name, step);
    else waiting.delete(name);
    if (waiting.size > 0) tell([...waiting].map(([other, its]) => `${other} ${its}`).join(", "));
  };
  const giveUp = new AbortController();
  const waits = inputs.servers.map(async ({ name, connection }) => {
    try {
      await waitFor({
        machine: connect(name, connection),
        unit: unitName("server"),
        script: "node-ready",
        variables: { ROLE: "server", NODE: name, RESTARTS: restartsAllowed.new },
        patience: inputs.patience,
        tell: (step) => show(name, step),
        signal: giveUp.signal,
      });
      show(name);
    } catch (error) {
      // The first that fails is the cause; the others are not waited for.
      giveUp.abort();
      throw error;
    }
  });
  await Promise.all(waits);
  await reachable(inputs, tell);
  tell("reading its kubeconfig and tokens");
  const outputs = await read(inputs);
  const variables = { ID: outputs.clusterId };
  await Promise.all(
    inputs.servers.map(({ name, connection }) =>
      connect(name, connection).run(script("note-cluster"), { variables, deadline: 20_000 }),
    ),
  );
  return outputs;
}

/** Agents look for themselves, so that one that is cut off does not keep the cluster from its servers. */
async function reachable({ servers, podNetwork }: ControlPlaneInputs, tell: Tell): Promise<void> {
  if (servers.length < 2) return;
  const machines = servers.map(({ name, connection }) => connect(name, connection));
  await checkPodNetwork(machines, { only: servers.map(({ name }) => name), taken: podNetwork }, tell);
}

async function read({ cluster, servers, endpoint }: ControlPlaneInputs): Promise<ControlPlaneOutputs> {
  const [first] = servers;
  if (!first) throw new Error("A control plane needs at least one server.");
  const text = await connect(first.name, first.connection).run(script("read-cluster"), { deadline: 20_000 });
  const values = new Map<string, string>(text.trim().split("\n").map(decoded));
  const value = (name: string) => values.get(name) ?? "";
  const ca = value("ca");
  return {
    kubeconfig: kubeconfigFor(value("kubeconfig"), cluster, `https://${endpoint.address}:${endpoint.port}`),
    caCertificate: ca,
    caHash: createHash("sha256").update(ca).digest("hex"),
    token: value("token").trim(),
    agentToken: value("agentToken").trim(),
    clusterId: value("id").trim(),
  };
}

function decoded(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), Buffer.from(line.slice(at + 1), "base64").toString("utf8")];
}
