import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { type Engine, engineAt } from "./engine";
import type { Plugin } from "./kind";
import { serviceOf } from "./service";

export interface Serving {
  port: number;
  stop(): void;
}

/** Serves a plugin on a free port of the loopback address. */
export function serve(plugin: Plugin, engine: Engine): Promise<Serving> {
  // The engine's own limit: a state with large outputs must come through.
  const limit = 400 * 1024 * 1024;
  const server = new Server({
    "grpc.max_receive_message_length": limit,
    "grpc.max_send_message_length": limit,
  });
  server.addService(ResourceProviderService as unknown as ServiceDefinition, serviceOf(plugin, engine));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ port, stop: () => server.forceShutdown() });
    });
  });
}

/** Runs a plugin as the Pulumi CLI starts it: with the engine's address; it prints its port and stays. */
export async function main(plugin: Plugin): Promise<void> {
  const address = engineAddress(process.argv.slice(2));
  const { port } = await serve(plugin, engineAt(address));
  process.stdout.write(`${port}\n`);
  endWithParent();
}

/** The first argument that is not one of the CLI's logging flags. */
export function engineAddress(args: readonly string[]): string {
  const address = args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--tracing");
  if (!address) throw new Error("a Pulumi plugin is started by the Pulumi CLI, with the engine's address");
  return address;
}

/** A CLI that is killed cannot stop its plugins, which would then stay for ever. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 5_000).unref();
}
