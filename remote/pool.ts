import { closePool, onTheWay, over } from "./connections";
import type { Link } from "./link";
import { localTransport } from "./local";
import { type Machine, machineOver } from "./machine";
import { quote } from "./quote";
import { routeTo } from "./route";
import { stopAll } from "./stopper";
import { addressOf, type Hop, type SshTarget, type Target, userOf } from "./target";
import type { Clock, Transport } from "./transport";

/** A machine; it is connected to at its first use, by a connection that all its users share. */
export function machine(name: string, target: Target): Machine {
  return machineOver(target.transport === "local" ? localTransport() : sshTransport(target), name);
}

/** Ends everything that is under way, and all connections. */
export async function closeAll(): Promise<void> {
  await stopAll();
  await closePool();
}

function sshTransport(target: SshTarget): Transport {
  let known: Hop[] | undefined;
  const route = () => {
    known ??= routeTo(target);
    return known;
  };
  const last = () => route().at(-1) ?? target;

  async function use<T>(signal: AbortSignal, clock: Clock, work: (link: Link) => Promise<T>): Promise<T> {
    try {
      return await over(route(), signal, work, clock);
    } catch (error) {
      throw onTheWay(error, route());
    }
  }

  return {
    // The configuration file may say who and where; it is read no sooner than it is needed.
    get user() {
      return userOf(last());
    },
    get address() {
      return addressOf(last());
    },
    sudoPassword: target.sudoPassword,
    secrets: secretsOf(target),
    hostKey: (signal, clock) => use(signal, clock, async (link) => link.hostKey),
    start: (command, signal, clock) =>
      use(signal, clock, (link) => link.start(command.map(word).join(" "), signal)),
  };
}

function word(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : quote(text);
}

function secretsOf(target: SshTarget): string[] {
  const endpoints = [target, ...(target.bastions ?? [])];
  const all = endpoints.flatMap(({ password, passphrase, privateKey }) => [password, passphrase, privateKey]);
  return [target.sudoPassword, ...all].filter((each) => each !== undefined);
}
