import { type ChildProcess, spawn } from "node:child_process";
import { type States, statesIn } from "./balancer-states";
import type { Change } from "./seen";

export interface Watch {
  /** How each balancer has each server; nothing of one that does not answer. */
  states(): Record<string, States>;
  stop(): void;
}

const interval = 50;
/** A balancer that says nothing for so long is not there, or hangs. */
const patience = 500;
const retry = 500;

/** Asks HAProxy in these containers, by the name of the machine, all the time how it has its servers. */
export function watchBalancers(
  containers: Record<string, string>,
  socket: string,
  tell: (change: Change) => void,
): Watch {
  const watches = Object.entries(containers).map(([balancer, container]) =>
    watchOne(balancer, container, socket, tell),
  );
  return {
    states: () =>
      Object.fromEntries(
        watches.flatMap(({ name, latest }) => (latest() ? [[name, latest() as States]] : [])),
      ),
    stop: () => {
      for (const watch of watches) watch.stop();
    },
  };
}

function watchOne(name: string, container: string, socket: string, tell: (change: Change) => void) {
  let states: States = {};
  let heard = 0;
  let stopped = false;
  let process: ChildProcess | undefined;
  const take = (answer: string) => {
    const seen = statesIn(answer);
    heard = Date.now();
    for (const [server, up] of Object.entries(seen)) {
      if (states[server] !== up) tell({ at: heard, balancer: name, server, up });
    }
    states = seen;
  };
  const start = () => {
    process = talk(container, socket, take);
    process.once("close", () => {
      // A new HAProxy begins with what it has not checked yet.
      states = {};
      if (!stopped) setTimeout(start, retry);
    });
  };
  start();
  return {
    name,
    latest: () => (Date.now() - heard < patience ? states : undefined),
    stop: () => {
      stopped = true;
      process?.kill();
    },
  };
}

/** One connection for many questions: each answer ends with a prompt. */
function talk(container: string, socket: string, take: (answer: string) => void): ChildProcess {
  const words = ["exec", "-i", container, "socat", "-", `UNIX-CONNECT:${socket}`];
  const child = spawn("docker", words, { stdio: ["pipe", "pipe", "ignore"] });
  let text = "";
  let asked = false;
  const ask = () => {
    if (!asked) child.stdin.write("show servers state\n");
    asked = true;
  };
  child.stdin.on("error", () => child.kill());
  child.stdin.write("prompt\n");
  const timer = setInterval(ask, interval);
  child.once("close", () => clearInterval(timer));
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (text + chunk).split("\n> ");
    text = parts.pop() ?? "";
    for (const part of parts) {
      if (part.includes("# ")) {
        asked = false;
        take(part);
      }
    }
  });
  return child;
}
