import { createHash } from "node:crypto";
import { type Balancer, haproxyFile } from "../../balancer/haproxy";
import type { HaProxyInputs } from "./provider";

/** The inputs that its text is made of, and the CA. */
export const configured = [
  "backends",
  "caHash",
  "listeners",
  "healthCheck",
  "timing",
  "stats",
  "statsPassword",
] as const satisfies readonly (keyof HaProxyInputs)[];

/** The text of haproxy.cfg, and the mark by which a running HAProxy tells that it reads this text and this CA. */
export function configuration(inputs: HaProxyInputs): { text: string; mark: string } {
  const balancer = { ...described(inputs), mark: "none" };
  const sum = createHash("sha256")
    .update(`${inputs.caHash}\n${haproxyFile(balancer)}`)
    .digest("hex");
  const mark = sum.slice(0, 32);
  return { text: haproxyFile({ ...balancer, mark }), mark };
}

function described({ machine, healthCheck, stats, statsPassword, ...same }: HaProxyInputs) {
  const { backends, listeners, timing } = same;
  const page = stats && { ...stats, password: statsPassword ?? "" };
  const balancer: Omit<Balancer, "mark"> = {
    ...{ node: machine, backends, listeners, timing, health: healthCheck },
    ...(page ? { stats: page } : {}),
  };
  return balancer;
}
