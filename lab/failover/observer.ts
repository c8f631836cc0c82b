import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { inRepository } from "../folders";
import { type Watch, watchBalancers } from "./balancers";
import type { Line } from "./client";
import type { Change, Request } from "./seen";

/** What is seen from now on, until it is forgotten. */
export interface Observer {
  connections: Request[];
  reads: Request[];
  remembered: Request[];
  /** Changes of an object, and requests to a workload, where these are asked for. */
  writes: Request[];
  web: Request[];
  changes: Change[];
  /** When each node's lease was renewed. */
  leases: Record<string, number[]>;
  states: Watch["states"];
  /** A trial begins: forgets what was before, and looks closely until it rests. */
  begin(): void;
  rest(): void;
  stop(): void;
}

export interface Observed {
  kubeconfig: string;
  /** The nodes whose leases are read. */
  nodes: readonly string[];
  /** The machine of each number of a network card. */
  cards: Record<string, string>;
  /** The containers with a balancer, by the machine's name. */
  balancers: Record<string, string>;
  /** Where a balancer takes commands. */
  socket: string;
  /** What else the client asks for. */
  more?: readonly string[];
}

/** Begins to observe; the client has a process of its own, so that nothing here delays it. */
export function observe({ kubeconfig, nodes, cards, balancers, socket, more = [] }: Observed): Observer {
  const connections: Request[] = [];
  const reads: Request[] = [];
  const remembered: Request[] = [];
  const writes: Request[] = [];
  const web: Request[] = [];
  const changes: Change[] = [];
  const leases: Record<string, number[]> = {};
  const of = { connection: connections, read: reads, remembered, write: writes, web };
  const watch = watchBalancers(balancers, socket, (change) => changes.push(change));
  const client = spawn(
    process.execPath,
    [inRepository("dist", "lab", "failover", "client.js"), kubeconfig, ...more, ...nodes],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  client.stdin.on("error", () => undefined);
  // What it waits for a processor itself must not look like an outage.
  if (client.pid !== undefined) setPriority(client.pid, -10);
  createInterface({ input: client.stdout }).on("line", (text) => {
    const { kind, ...line } = JSON.parse(text) as Line;
    if ("node" in line) {
      const renewals = leases[line.node] ?? [];
      if (renewals.at(-1) !== line.renewed) leases[line.node] = [...renewals, line.renewed];
    } else if (kind !== "lease") {
      of[kind].push({ ...line, owner: line.owner && cards[line.owner] });
    }
  });
  return {
    ...{ connections, reads, remembered, writes, web, changes, leases, states: watch.states },
    begin: () => {
      client.stdin.write("busy\n");
      for (const list of [connections, reads, remembered, writes, web, changes]) list.length = 0;
      changes.push(...statesAsChanges(watch.states()));
      for (const node of Object.keys(leases)) delete leases[node];
    },
    rest: () => {
      client.stdin.write("rest\n");
    },
    stop: () => {
      watch.stop();
      client.kill();
    },
  };
}

/** How the balancers have their servers now, as what they would have said of it. */
function statesAsChanges(states: ReturnType<Watch["states"]>): Change[] {
  const at = Date.now();
  return Object.entries(states).flatMap(([balancer, servers]) =>
    Object.entries(servers).map(([server, up]) => ({ at, balancer, server, up })),
  );
}
