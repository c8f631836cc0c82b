import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { fakeEngine } from "./fake-engine";

export type Props = Record<string, unknown>;

// A host of its own takes its time to start and to shake hands where other work is done beside it.
jest.setTimeout(60_000);

const root = join(__dirname, "../..");
const ours = join(root, "providers/host.ts");

/** Pulumi's own host of dynamic providers, between an engine that is not real and our handlers, which are. */
export async function providerHost(project = root) {
  const engine = await fakeEngine();
  const program = join(root, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  const args = ["--require", join(__dirname, "from-source.js"), program, engine.address];
  const child = spawn(process.execPath, args, { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  const client = new ResourceProviderClient(
    `127.0.0.1:${await portOf(child, () => stderr)}`,
    credentials.createInsecure(),
  );
  return {
    engine,
    /** Everything it printed for the user, whom the engine shows it. */
    stderr: () => stderr,
    exited,
    /** The handlers of one kind; by default ours as they are in the source. */
    resource: (kind: string, provider = textFor(ours, kind)) => resource(client, provider),
    async stop() {
      client.close();
      child.kill();
      await exited;
      engine.kill();
    },
  };
}

/** One host for all tests of the file that calls this. */
export function sharedHost(): () => ProviderHost {
  let host: ProviderHost;
  beforeAll(async () => {
    host = await providerHost();
  });
  afterAll(() => host.stop());
  return () => host;
}

export type ProviderHost = Awaited<ReturnType<typeof providerHost>>;

/** What stands in `__provider`: finds the module and asks it for a kind. */
export function textFor(module: string, kind: string): string {
  return `exports.handler = () => require(${JSON.stringify(module)}).load(${JSON.stringify(kind)});`;
}

/** What the engine is told when an operation fails. */
export class Refusal extends Error {
  /** What it records all the same. */
  readonly recorded?: { id: string; properties: Props; reasons: string[] };

  constructor({ details, metadata }: ServiceError) {
    super(details);
    const [status] = metadata.get("grpc-status-details-bin");
    if (status === undefined) return;
    const [detail] = Status.deserializeBinary(status as Buffer).getDetailsList();
    const failed = detail?.unpack(
      rpc.ErrorResourceInitFailed.deserializeBinary,
      "pulumirpc.ErrorResourceInitFailed",
    );
    if (!failed) throw new Error("The details of the failure hold nothing that the engine would record.");
    this.recorded = {
      id: failed.getId(),
      properties: values(failed.getProperties()),
      reasons: failed.getReasonsList(),
    };
  }
}

/** The failure of an operation that must not succeed. */
export async function refusal(operation: Promise<unknown>): Promise<Refusal> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("The operation succeeded, and it should not have.");
}

/** Asks as the engine does. */
function resource(client: ResourceProviderClient, __provider: string) {
  const struct = (props: Props) =>
    Struct.fromJavaScript(JSON.parse(JSON.stringify({ __provider, ...props })));
  return {
    async check(old: Props | undefined, news: Props) {
      const request = new rpc.CheckRequest().setNews(struct(news));
      request.setOlds(old ? struct(old) : Struct.fromJavaScript({}));
      const response = await asked<rpc.CheckResponse>((done) => client.check(request, done));
      return {
        inputs: values(response.getInputs()),
        failures: response.getFailuresList().map((each) => each.toObject()),
      };
    },
    async diff(old: Props, news: Props): Promise<boolean> {
      const request = new rpc.DiffRequest().setId("id").setOlds(struct(old)).setNews(struct(news));
      const response = await asked<rpc.DiffResponse>((done) => client.diff(request, done));
      return response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME;
    },
    async create(inputs: Props) {
      const request = new rpc.CreateRequest().setProperties(struct(inputs));
      const response = await asked<rpc.CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), outs: values(response.getProperties()) };
    },
    async update(id: string, old: Props, news: Props) {
      const request = new rpc.UpdateRequest().setId(id).setOlds(struct(old)).setNews(struct(news));
      const response = await asked<rpc.UpdateResponse>((done) => client.update(request, done));
      return values(response.getProperties());
    },
    async read(id: string, state: Props) {
      const request = new rpc.ReadRequest().setId(id).setProperties(struct(state));
      const response = await asked<rpc.ReadResponse>((done) => client.read(request, done));
      const inputs = response.getInputs();
      return {
        id: response.getId(),
        props: values(response.getProperties()),
        inputs: inputs && values(inputs),
      };
    },
    async delete(id: string, state: Props) {
      const request = new rpc.DeleteRequest().setId(id).setProperties(struct(state));
      await asked((done) => client.delete(request, done));
    },
  };
}

export type Asked = ReturnType<typeof resource>;

function asked<A>(ask: (done: (error: ServiceError | null, answer: A) => void) => unknown): Promise<A> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => (error ? reject(new Refusal(error)) : resolve(answer)));
  });
}

function values(properties?: Struct): Props {
  return (properties?.toJavaScript() ?? {}) as Props;
}

async function portOf(child: ChildProcess, stderr: () => string): Promise<number> {
  if (!child.stdout) throw new Error("The provider host has no standard output.");
  for await (const line of createInterface(child.stdout)) return Number(line);
  throw new Error(`The provider host printed no port: ${stderr()}`);
}
