import { checkTiming } from "../../../balancer/timing";
import type { HaProxyInputs } from "../../../providers/haproxy/provider";
import { rowFor } from "../fake-engine";
import type { FakeMachine } from "../fake-machine";

export const password = "pa'ss";
export const caHash = "c".repeat(64);

/** What a machine's HAProxy is given. */
export function haproxyInputs(
  { name, connection }: Pick<FakeMachine, "name" | "connection">,
  given: Partial<HaProxyInputs> = {},
) {
  return {
    cluster: "prod",
    machine: name,
    connection,
    backends: [
      { name: "s1", address: "10.0.0.11", port: 6443 },
      { name: "s2", address: "fd00::12", port: 6443 },
    ],
    caHash,
    listeners: [{ address: "127.0.0.1", port: 16443 }],
    healthCheck: "anonymous-health" as const,
    timing: checkTiming,
    stats: { listener: { address: "*", port: 1936 }, user: "admin", metrics: "beside" as const },
    statsPassword: password,
    keepPackage: false,
    patience: 60_000,
    row: rowFor(name),
    ...given,
  };
}
