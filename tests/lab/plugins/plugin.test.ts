import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Kind, Plugin } from "../../../lab/plugins/kind";
import { engineAddress } from "../../../lab/plugins/plugin";
import { asked, type Driven, drive } from "./driven";

const type = "toy:index:Toy";
let cancelled: AbortSignal | undefined;
const toy: Kind = {
  inputs: { name: { type: "string" } },
  outputs: [],
  secrets: [],
  replacedBy: [],
  async create(_inputs, call) {
    cancelled = call.signal;
    call.status(`making ${call.name}`);
    throw new TypeError("a bug");
  },
};
const plugin: Plugin = { name: "toy", version: "1.2.3", kinds: { [type]: toy } };
let driven: Driven;

beforeEach(async () => {
  driven = await drive(plugin);
});
afterEach(() => driven.stop());

/** The whole text: a stack would be noise here. */
const refusal = (what: string) =>
  new Error(`The local stand-in for Pulumi's "toy" plugin has no ${what}: all it has is ${type}.
  next: Make the official plugin reachable: \`pulumi plugin install resource toy 1.2.3\` must work.`);

test.each<[string, () => Promise<unknown>, string]>([
  ["another resource", () => driven.check("toy:index:Other", {}), "toy:index:Other"],
  ["the diff of another resource", () => driven.diff("toy:index:Other", {}, {}), "toy:index:Other"],
  ["the deletion of another resource", () => driven.delete("toy:index:Other", {}), "toy:index:Other"],
  ["an import", () => driven.read(type, "id", {}, {}), "import"],
  [
    "a function",
    () => asked((done) => driven.client.invoke(new rpc.InvokeRequest().setTok("toy:index:play"), done)),
    "toy:index:play",
  ],
  [
    "a method",
    () => asked((done) => driven.client.call(new rpc.CallRequest().setTok("toy:index:Toy/play"), done)),
    "toy:index:Toy/play",
  ],
  [
    "a component",
    () => asked((done) => driven.client.construct(new rpc.ConstructRequest().setType("toy:index:Box"), done)),
    "toy:index:Box",
  ],
  ["its schema", () => asked((done) => driven.client.getSchema(new rpc.GetSchemaRequest(), done)), "schema"],
])("refuses %s and says what to do", async (_case, request, what) => {
  await expect(request()).rejects.toThrow(refusal(what));
});

test("tells the engine its version, and that it supports previews and wants no secrets marked", async () => {
  const info = await asked<{ getVersion(): string }>((done) =>
    driven.client.getPluginInfo(new Empty(), done),
  );
  expect(info.getVersion()).toBe("1.2.3");
  const configured = await asked<rpc.ConfigureResponse>((done) =>
    driven.client.configure(new rpc.ConfigureRequest(), done),
  );
  expect(configured.toObject()).toMatchObject({ supportspreview: true, acceptsecrets: false });
});

test("a bug shows where it is, and what was said before still reaches the engine", async () => {
  await expect(driven.create(type, {})).rejects.toThrow(/TypeError: a bug\n +at .*plugin\.test\.ts/);
  expect(driven.status).toEqual(["making name"]);
});

test("a cancelled operation is told to what it runs", async () => {
  await expect(driven.create(type, {})).rejects.toThrow();
  expect(cancelled?.aborted).toBe(false);
  await asked((done) => driven.client.cancel(new Empty(), done));
  expect(cancelled?.aborted).toBe(true);
});

test("takes and gives more than gRPC's ordinary limit of four megabytes", async () => {
  const name = "x".repeat(4 * 1024 * 1024);
  expect((await driven.check(type, { name })).inputs).toEqual({ name });
}, 30_000);

describe("the engine's address", () => {
  test.each([
    [["127.0.0.1:1"], "127.0.0.1:1"],
    [["--logtostderr", "-v=9", "127.0.0.1:1"], "127.0.0.1:1"],
    [["--tracing", "file:trace", "127.0.0.1:1"], "127.0.0.1:1"],
  ])("is found in %j", (args, expected) => {
    expect(engineAddress(args)).toBe(expected);
  });

  test("is missed when a user starts the plugin", () => {
    expect(() => engineAddress([])).toThrow("a Pulumi plugin is started by the Pulumi CLI");
  });
});
