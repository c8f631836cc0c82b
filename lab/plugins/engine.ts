import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** The Pulumi engine that started the plugin. */
export interface Engine {
  /** Shows a line in a resource's row until the next one comes. */
  status(urn: string, line: string): void;
}

export function engineAt(address: string): Engine {
  const client = new EngineClient(address, credentials.createInsecure());
  return {
    status(urn, line) {
      const request = new LogRequest().setSeverity(LogSeverity.INFO).setEphemeral(true);
      // A lost message must not fail the work that it tells of.
      client.log(request.setUrn(urn).setMessage(line), () => undefined);
    },
  };
}
