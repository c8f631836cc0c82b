import { serverLine } from "../../balancer/haproxy";
import { healthChecks } from "../../balancer/haproxy-checks";
import { bindLine } from "../../balancer/haproxy-text";
import { credentialComplaint } from "../../balancer/quote";
import { type CheckTiming, timeOf } from "../../balancer/timing";
import { checked, distinct } from "../../balancer/values";
import { StepError } from "../failure";
import type { HaProxyInputs } from "./provider";

/** All that is known to go wrong before anything is done. */
export function complaints(inputs: HaProxyInputs): string[] {
  const causes = [...checks(inputs).flatMap(refused), ...pageComplaint(inputs), ...otherComplaints(inputs)];
  return [...new Set(causes)].map(
    (cause) =>
      new StepError({
        machine: inputs.machine,
        step: "checking what is asked for",
        cause,
        next: "correct it, then run this again; nothing was touched",
      }).message,
  );
}

/** Each throws what is wrong. */
function checks(inputs: HaProxyInputs): (() => unknown)[] {
  const { machine, cluster, backends, timing } = inputs;
  const listeners = allListeners(inputs);
  const names = backends.map(({ name }) => name);
  const places = listeners.map(({ address, port }) => `${address}:${port}`);
  return [
    () => checked("name", "the machine", machine),
    () => checked("name", "the cluster", cluster),
    ...backends.map((backend) => () => serverLine(backend)),
    () => distinct("the server", names),
    ...listeners.map((listener) => () => bindLine(listener)),
    () => distinct("the listener", places),
    ...(Object.keys(timing) as (keyof CheckTiming)[]).map((key) => () => timeOf(timing, key)),
  ];
}

function refused(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function allListeners({ listeners, stats }: HaProxyInputs) {
  const metrics = typeof stats?.metrics === "object" ? [stats.metrics] : [];
  return [...listeners, ...(stats ? [stats.listener, ...metrics] : [])];
}

function pageComplaint({ stats, statsPassword = "" }: HaProxyInputs): string[] {
  const complaint = stats && credentialComplaint(stats.user, statsPassword);
  return complaint ? [`the statistics page: ${complaint}`] : [];
}

function otherComplaints({ backends, listeners, caHash, healthCheck }: HaProxyInputs): string[] {
  return [
    ...(backends.length > 0 ? [] : ["a balancer needs a server to pass connections to"]),
    ...(listeners.length > 0 ? [] : ["a balancer needs an address to listen on"]),
    ...(/^[0-9a-f]{64}$/.test(caHash) ? [] : ["caHash must be the SHA-256 of the cluster's CA"]),
    ...(healthChecks.includes(healthCheck)
      ? []
      : [
          `the health check is ${JSON.stringify(healthCheck)}, and must be one of ${healthChecks.join(", ")}`,
        ]),
    ...listeners.flatMap(({ address, port }) => taken(address, port, backends)),
  ];
}

/** Where HAProxy would listen in place of k3s, and pass its connections on to itself. */
function taken(address: string, port: number, backends: HaProxyInputs["backends"]): string[] {
  const own = backends.find((backend) => backend.address === address && backend.port === port);
  return own ? [`it would listen on ${address}:${port}, where k3s of ${own.name} does: take port 8443`] : [];
}
