import { createConnection } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Tell } from "./wire";

/** Pulumi starts the provider host with the engine's address as its first argument. */
const address = /^[\w.:[\]-]+:\d+$/.test(process.argv[2] ?? "") ? process.argv[2] : undefined;

const watchEvery = 1_000;
/** Where there is no terminal, each of these is a line. */
const showEvery = 5_000;

let client: EngineClient | undefined;
let watching = false;

/** A resource's row while an operation on it runs. */
export interface Row {
  /** Shows a step, and from then on for how long it has been going on. */
  tell: Tell;
  /** The step that was told last. */
  step(): string;
  end(): void;
}

/** The row of the resource with this URN. */
export function rowOf(urn: string): Row {
  let step = "";
  let since = Date.now();
  const show = () => progress(urn, `${step} (${Math.round((Date.now() - since) / 1_000)} s)`);
  const timer = setInterval(() => step && show(), showEvery).unref();
  const tell = (next: string) => {
    if (next === step) return;
    step = next;
    since = Date.now();
    progress(urn, step);
  };
  return {
    tell: Object.assign(tell, {
      warn: (message: string) => log(urn, message, LogSeverity.WARNING),
      note: (message: string) => log(urn, message, LogSeverity.INFO),
    }),
    step: () => step,
    end: () => clearInterval(timer),
  };
}

/** A line that the next one takes the place of. */
function progress(urn: string, message: string): void {
  log(urn, message, LogSeverity.INFO, true);
}

function log(urn: string, message: string, severity: LogSeverity, isEphemeral = false): void {
  if (!address) return;
  client ??= new EngineClient(address, grpc.credentials.createInsecure());
  const request = new LogRequest();
  request.setSeverity(severity);
  request.setUrn(urn);
  request.setMessage(message);
  request.setEphemeral(isEphemeral);
  client.log(request, ignoreAnswer);
}

/** A line of progress that does not arrive is no reason to stop. */
function ignoreAnswer(): void {}

/**
 * A killed CLI leaves this process working on machines. So it looks whether the engine still listens,
 * and when it does not, ends every session and itself.
 */
export function onEngineGone(end: () => Promise<void>): void {
  if (watching || !address) return;
  watching = true;
  const [host = "127.0.0.1", port = "0"] = address.split(/:(?=\d+$)/);
  setInterval(() => {
    const knock = createConnection({ host, port: Number(port) });
    knock.once("connect", () => knock.destroy());
    knock.once("error", () => void end().finally(() => process.exit(1)));
  }, watchEvery).unref();
}
