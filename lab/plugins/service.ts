import { type handleUnaryCall, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Problem } from "../problem";
import type { Engine } from "./engine";
import type { Call, Kind, Plugin } from "./kind";
import { checked, difference, previewed } from "./lifecycle";
import { fromStruct, toStruct } from "./values";

/** Answers the engine's requests by the plugin's kinds of resources. */
export function serviceOf(plugin: Plugin, engine: Engine): UntypedServiceImplementation {
  const cancelled = new AbortController();

  const kindOf = (urn: string): Kind => {
    const token = urn.split("::")[2]?.split("$").pop() ?? urn;
    return plugin.kinds[token] ?? refuse(plugin, token);
  };

  const callFor = (urn: string): Call => ({
    name: urn.split("::").slice(3).join("::"),
    signal: cancelled.signal,
    status: (line) => engine.status(urn, line),
  });

  return {
    getPluginInfo: answer((_: Empty) => new PluginInfo().setVersion(plugin.version)),
    checkConfig: answer((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
    diffConfig: answer((_: rpc.DiffRequest) => new rpc.DiffResponse()),
    // Secrets come in plain; the engine marks the outputs of the same name itself.
    configure: answer((_: rpc.ConfigureRequest) => new rpc.ConfigureResponse().setSupportspreview(true)),
    cancel: answer((_: Empty) => {
      cancelled.abort();
      return new Empty();
    }),

    check: answer((request: rpc.CheckRequest) => {
      const kind = kindOf(request.getUrn());
      const { inputs, mistakes } = checked(kind, fromStruct(request.getNews()));
      // A failure that names its property makes the engine print that property's value, secrets included.
      const failures = mistakes.map((reason) => new rpc.CheckFailure().setReason(reason));
      return new rpc.CheckResponse().setInputs(toStruct(inputs, kind.secrets)).setFailuresList(failures);
    }),

    diff: answer((request: rpc.DiffRequest) => {
      const kind = kindOf(request.getUrn());
      const old = fromStruct(request.getOldInputs() ?? request.getOlds());
      const { changed, replaces } = difference(kind, old, fromStruct(request.getNews()));
      const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
      return new rpc.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(replaces);
    }),

    create: answer(async (request: rpc.CreateRequest) => {
      const kind = kindOf(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      if (request.getPreview()) {
        return new rpc.CreateResponse().setProperties(toStruct(previewed(kind, inputs), kind.secrets));
      }
      const { id, outputs } = await kind.create(inputs, callFor(request.getUrn()));
      return new rpc.CreateResponse()
        .setId(id)
        .setProperties(toStruct({ ...inputs, ...outputs }, kind.secrets));
    }),

    update: answer(async (request: rpc.UpdateRequest) => {
      const kind = kindOf(request.getUrn());
      const inputs = fromStruct(request.getNews());
      if (request.getPreview()) {
        return new rpc.UpdateResponse().setProperties(toStruct(previewed(kind, inputs), kind.secrets));
      }
      const outputs = await kind.update?.(inputs, fromStruct(request.getOlds()), callFor(request.getUrn()));
      return new rpc.UpdateResponse().setProperties(toStruct({ ...inputs, ...outputs }, kind.secrets));
    }),

    read: answer((request: rpc.ReadRequest) => {
      const kind = kindOf(request.getUrn());
      const state = fromStruct(request.getProperties());
      if (Object.keys(state).length === 0) refuse(plugin, "import");
      return new rpc.ReadResponse()
        .setId(request.getId())
        .setInputs(toStruct(fromStruct(request.getInputs()), kind.secrets))
        .setProperties(toStruct(state, kind.secrets));
    }),

    delete: answer(async (request: rpc.DeleteRequest) => {
      const state = fromStruct(request.getProperties());
      await kindOf(request.getUrn()).delete?.(state, callFor(request.getUrn()));
      return new Empty();
    }),

    invoke: answer((request: rpc.InvokeRequest) => refuse(plugin, request.getTok())),
    call: answer((request: rpc.CallRequest) => refuse(plugin, request.getTok())),
    construct: answer((request: rpc.ConstructRequest) => refuse(plugin, request.getType())),
    getSchema: answer((_: rpc.GetSchemaRequest) => refuse(plugin, "schema")),
    parameterize: answer((_: rpc.ParameterizeRequest) => refuse(plugin, "parameterization")),
  };
}

function refuse({ name, version, kinds }: Plugin, what: string): never {
  throw new Problem(
    `The local stand-in for Pulumi's "${name}" plugin has no ${what}: all it has is ${Object.keys(kinds).join(" and ")}.`,
    `Make the official plugin reachable: \`pulumi plugin install resource ${name} ${version}\` must work.`,
  );
}

function answer<Q, A>(handle: (request: Q) => A | Promise<A>): handleUnaryCall<Q, A> {
  return async ({ request }, callback) => {
    try {
      callback(null, await handle(request));
    } catch (error) {
      callback({ code: status.UNKNOWN, details: textOf(error) });
    }
  };
}

/** What a user can put right is said in words; a bug shows where it is. */
function textOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return (error instanceof Error && error.stack) || String(error);
}
