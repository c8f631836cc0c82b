import { configFile, type NodeConfig } from "../../k3s/config";
import { parseToken, pinnedToken } from "../../k3s/token";
import { unitFile, unitName } from "../../k3s/unit";
import type { Machine } from "../../remote/machine";
import { type Connection, connect } from "../connection";
import { script } from "../script";
import { waitReady } from "../wait";
import type { Resource, Tell } from "../wire";

export interface NodeInputs {
  cluster: string;
  connection: Connection;
  version: string;
  config: NodeConfig;
  /** The server token for servers: short for the first, pinned for the others; the agent token for agents. */
  token: string;
  /** What agents will join with; servers only. */
  agentToken?: string;
  /** The binary that Machine verified. */
  sha256: string;
  membership?: string;
  patience: number;
}

export interface NodeOutputs {
  /** The server token in its full form, with which the other servers join. */
  joinToken: string;
}

const quick = 60_000;

/** One machine as a member of the cluster: its configuration, its unit, its own health. */
export const node: Resource<NodeInputs, NodeOutputs> = {
  createOnly: ["membership", "token", "agentToken", "patience"],
  create: async (inputs, tell, begun) => {
    const id = `${inputs.cluster}/${inputs.config.name}`;
    const machine = connect(inputs.config.name, inputs.connection);
    if (inputs.config.join) await checkToken(machine, inputs, inputs.config.join, tell);
    begun(id, { joinToken: inputs.token });
    return { id, outputs: await start(machine, id, inputs, tell) };
  },
  update: async (id, inputs, _state, tell) => {
    return start(connect(inputs.config.name, inputs.connection), id, inputs, tell);
  },
  delete: async (id, { config, connection }, tell) => {
    tell("removing the node");
    const variables = { OWNER: id, UNIT: unitName(config.role) };
    await connect(config.name, connection).run(script("uninstall-node"), { variables, deadline: 2 * quick });
  },
};

/** Nothing is started with a token that the cluster would refuse, nor with another cluster's. */
async function checkToken(
  machine: Machine,
  { token, config }: NodeInputs,
  join: string,
  tell: Tell,
): Promise<void> {
  tell("asking the cluster whether it takes the token");
  const { caHash = "", password } = parseToken(token);
  const variables = {
    SERVER: join,
    CA_HASH: caHash,
    USER_PASSWORD: `${config.role === "server" ? "server" : "node"}:${password}`,
    ANSWER: config.role === "server" ? "403" : "200",
  };
  await machine.run(script("check-token"), { variables, secrets: [token, password], deadline: 20_000 });
}

async function start(machine: Machine, id: string, inputs: NodeInputs, tell: Tell): Promise<NodeOutputs> {
  const { config, version, token, agentToken = "" } = inputs;
  const unit = unitName(config.role);
  tell("writing its files and starting it");
  await machine.run(script("install-node"), {
    variables: {
      OWNER: id,
      VERSION: version,
      UNIT: unit,
      UNIT_TEXT: unitFile(config.role),
      CONFIG: configFile(config),
      TOKEN: token,
      AGENT_TOKEN: agentToken,
    },
    secrets: [token, agentToken],
    deadline: quick,
  });
  if (config.role === "agent") {
    await waitReady({
      ...inputs,
      machine,
      unit,
      script: "agent-ready",
      variables: { NODE: config.name },
      tell,
    });
    return { joinToken: token };
  }
  return { joinToken: config.join ? token : await firstToken(machine, unit, inputs, tell) };
}

/** The CA is there half a second after the first start; with its hash the token can trust nobody else. */
async function firstToken(
  machine: Machine,
  unit: string,
  { token }: NodeInputs,
  tell: Tell,
): Promise<string> {
  tell("waiting for the supervisor");
  const { password } = parseToken(token);
  const caHash = await machine.run(script("supervisor"), {
    variables: { UNIT: unit, PASSWORD: password, SECONDS_LEFT: "60" },
    secrets: [token, password],
    deadline: 90_000,
  });
  return pinnedToken(caHash.trim(), "server", password);
}
