import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Plugin } from "../../../lab/plugins/kind";
import { serve } from "../../../lab/plugins/plugin";
import type { Values } from "../../../lab/plugins/values";

/** A plugin served in this process and driven over gRPC, as the Pulumi engine would. */
export async function drive(plugin: Plugin) {
  const status: string[] = [];
  const { port, stop } = await serve(plugin, {
    status: (_urn, line) => void status.push(line),
  });
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  const urn = (type: string) => `urn:pulumi:stack::project::my:Component$${type}::name`;

  return {
    client,
    status,
    stop() {
      client.close();
      stop();
    },

    async check(type: string, inputs: Values) {
      const request = new rpc.CheckRequest().setUrn(urn(type)).setNews(struct(inputs));
      const response = await asked<rpc.CheckResponse>((done) => client.check(request, done));
      return {
        inputs: values(response.getInputs()),
        failures: response.getFailuresList().map((each) => each.toObject()),
      };
    },

    async diff(type: string, old: Values, news: Values) {
      const request = new rpc.DiffRequest().setUrn(urn(type)).setOldInputs(struct(old)).setNews(struct(news));
      const response = await asked<rpc.DiffResponse>((done) => client.diff(request, done));
      return {
        changes: response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
        diffs: response.getDiffsList(),
        replaces: response.getReplacesList(),
      };
    },

    async create(type: string, inputs: Values, preview = false) {
      const request = new rpc.CreateRequest()
        .setUrn(urn(type))
        .setProperties(struct(inputs))
        .setPreview(preview);
      const response = await asked<rpc.CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), ...marked(values(response.getProperties())) };
    },

    async update(type: string, state: Values, inputs: Values, preview = false) {
      const request = new rpc.UpdateRequest()
        .setUrn(urn(type))
        .setOlds(struct(state))
        .setNews(struct(inputs));
      const response = await asked<rpc.UpdateResponse>((done) =>
        client.update(request.setPreview(preview), done),
      );
      return marked(values(response.getProperties()));
    },

    async read(type: string, id: string, state: Values, inputs: Values) {
      const request = new rpc.ReadRequest().setUrn(urn(type)).setId(id);
      request.setProperties(struct(state)).setInputs(struct(inputs));
      const response = await asked<rpc.ReadResponse>((done) => client.read(request, done));
      return {
        id: response.getId(),
        inputs: values(response.getInputs()),
        ...marked(values(response.getProperties())),
      };
    },

    delete(type: string, state: Values) {
      const request = new rpc.DeleteRequest().setUrn(urn(type)).setProperties(struct(state));
      return asked((done) => client.delete(request, done));
    },
  };
}

export type Driven = Awaited<ReturnType<typeof drive>>;

export function asked<A>(
  ask: (done: (error: ServiceError | null, answer: A) => void) => unknown,
): Promise<A> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => (error ? reject(new Error(error.details)) : resolve(answer)));
  });
}

/** The names that are marked as secrets, and everything in plain. */
export function marked(properties: Values): { secrets: string[]; state: Values } {
  const secrets: string[] = [];
  const plain = Object.entries(properties).map(([name, value]) => {
    const mark = value as { "4dabf18193072939515e22adb298388d"?: string; value?: unknown };
    if (mark?.["4dabf18193072939515e22adb298388d"] !== "1b47061264138c4ac30d75fd1eb44270")
      return [name, value];
    secrets.push(name);
    return [name, mark.value];
  });
  return { secrets: secrets.sort(), state: Object.fromEntries(plain) };
}

function struct(properties: Values): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

function values(properties?: Struct): Values {
  return (properties?.toJavaScript() ?? {}) as Values;
}
