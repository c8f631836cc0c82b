import { createHash } from "node:crypto";
import { kubeconfigFor } from "../../k3s/kubeconfig";
import { unitName } from "../../k3s/unit";
import { type Connection, connect } from "../connection";
import { script } from "../script";
import { waitFor } from "../wait";
import type { Resource, Tell } from "../wire";

export interface ControlPlaneInputs {
  cluster: string;
  servers: { name: string; connection: Connection }[];
  /** The ids of the servers' nodes, which it waits for. */
  nodes: string[];
  endpoint: { address: string; port: number };
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
  createOnly: ["patience"],
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
        variables: { ROLE: "server", NODE: name },
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
  tell("reading its kubeconfig and tokens");
  return read(inputs);
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
