import type { Running, Text } from "../../k3s/running";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { all, type Facts, fact, parseFacts } from "../preflight/facts";

/** The k3s that a machine holds, whoever installed it; nothing where it holds none. */
export async function runningOn(machine: Machine): Promise<Running | undefined> {
  return runningIn(parseFacts(await machine.run(script("read-k3s"), { deadline: 20_000 })));
}

export function runningIn(facts: Facts): Running | undefined {
  if (!fact(facts, "data")) return undefined;
  const [file] = texts(facts, "file");
  const store = fact(facts, "store");
  return {
    unit: fact(facts, "unit"),
    units: all(facts, "known"),
    active: fact(facts, "active") === "yes",
    ...(file ? { file } : {}),
    dropIns: texts(facts, "dropin"),
    environment: texts(facts, "environment"),
    config: texts(facts, "config"),
    ...("registries" in facts ? { registries: decoded(fact(facts, "registries")) } : {}),
    version: fact(facts, "version"),
    hostname: fact(facts, "hostname"),
    datastore: store === "etcd" || store === "sqlite" ? store : "external",
    serverCa: fact(facts, "server_ca"),
    agentCa: fact(facts, "agent_ca"),
    unfinished: fact(facts, "unfinished") === "yes",
    owner: fact(facts, "owner"),
  };
}

function texts(facts: Facts, name: string): Text[] {
  return all(facts, name).map((line) => {
    const [path = "", text = ""] = line.split(" ");
    return { path, text: decoded(text) };
  });
}

function decoded(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
