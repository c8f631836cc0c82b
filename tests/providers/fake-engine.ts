import { Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { shortRow } from "../../providers/row";

export type Line = LogRequest.AsObject;

/** The input that tells a provider its resource's row. */
export function rowFor(name: string): string {
  return shortRow({ stack: "dev", project: "prod", parents: [], name });
}

/** The part of Pulumi's engine that a provider host talks to: it keeps what it is told. */
export async function fakeEngine() {
  const lines: Line[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log({ request }: { request: LogRequest }, answer: sendUnaryData<Empty>) {
      lines.push(request.toObject());
      answer(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    lines,
    /** What was said in the row of the resource with this name. */
    said: (name: string) =>
      lines.filter(({ urn }) => urn.endsWith(`::${name}`)).map(({ message }) => message),
    /** Goes without a word, as one that is killed does. */
    kill: () => server.forceShutdown(),
  };
}
