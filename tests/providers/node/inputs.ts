import { parse } from "yaml";
import type { NodeConfig, Role } from "../../../k3s/config";
import type { NodeInputs } from "../../../providers/node/provider";
import { rowFor } from "../fake-engine";
import type { FakeMachine } from "../fake-machine";

export const password = "pa'ss-of-the-servers";
export const agentPassword = "pass-of-the-agents";
export const caHash = "c".repeat(64);
export const pinned = `K10${caHash}::server:${password}`;
export const agentToken = `K10${caHash}::node:${agentPassword}`;
export const url = "https://10.0.0.1:6443";

/** What a machine answers on which a server or an agent is changed, and all goes well. */
export const fine = {
  "find-cluster": { stdout: `${caHash} prod/s1\n` },
  "read-member": {},
  "install-node": { stdout: "restarted\n" },
  "node-ready": {},
  "uncordon-node": {},
  "check-tunnel": {},
  supervisor: { stdout: `${caHash}\n` },
};

interface Given extends Partial<Omit<NodeInputs, "config">> {
  config?: Partial<NodeConfig>;
}

/** What a server is given that would begin a cluster. */
export function serverInputs({ name, connection }: FakeMachine, given: Given = {}) {
  const { config, ...rest } = given;
  return {
    cluster: "prod",
    connection,
    version: "v1.33.3+k3s1",
    config: configOf("server", name, config),
    token: password,
    agentToken: agentPassword,
    sha256: "5".repeat(64),
    patience: 60_000,
    row: rowFor(name),
    ...rest,
  };
}

/** What an agent is given. */
export function agentInputs(machine: FakeMachine, given: Given = {}) {
  const { config, ...rest } = given;
  const { agentToken: _, ...inputs } = serverInputs(machine, rest);
  return { ...inputs, token: agentToken, config: configOf("agent", machine.name, { join: url, ...config }) };
}

function configOf(role: Role, name: string, more: Partial<NodeConfig> = {}): NodeConfig {
  return { role, name, labels: {}, tlsSans: [], disable: [], extra: {}, ...more };
}

/** The settings that a machine was sent for its configuration file. */
export function sentConfig(machine: FakeMachine): Record<string, unknown> {
  return parse(machine.variables("install-node").CONFIG ?? "") as Record<string, unknown>;
}
