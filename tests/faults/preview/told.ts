import { attempt } from "../../../lab/command";
import type { Stack } from "../../e2e/stack";

/** What a run of pulumi says that it does, or would do. */
export interface Told {
  refused: boolean;
  /** By what is done, such as "update Node a1"; without what stays as it is. */
  steps: Record<string, Step>;
  errors: string[];
}

export interface Step {
  /** Names of inputs that will have another value. */
  changed: string[];
  /** Names of inputs of which a preview cannot say. */
  unknown: string[];
  /** What its row says of the cost. */
  cost?: string;
}

type Inputs = Record<string, unknown>;

/** An event of the engine, as far as it is looked at. */
interface EngineEvent {
  resourcePreEvent?: { metadata: Metadata };
  diagnosticEvent?: { urn?: string; severity: string; message: string };
}

interface Metadata {
  op: string;
  urn: string;
  old?: { inputs?: Inputs };
  new?: { inputs?: Inputs };
}

export function preview(stack: Stack): Promise<Told> {
  return told(stack, ["preview", "--json"]);
}

/** Without the preview that comes before it, save where that is to refuse. */
export function up(stack: Stack, { refused }: Told): Promise<Told> {
  return told(stack, ["up", "--yes", ...(refused ? [] : ["--skip-preview"]), "--json"]);
}

async function told({ common, env }: Stack, args: readonly string[]): Promise<Told> {
  // Otherwise a preview is one document, and up is a line for each event.
  const alike = { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
  const { code, stdout } = await attempt("pulumi", [...common, ...args], { env: alike });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map((line) => JSON.parse(line) as EngineEvent);
  const said = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
  const costOf = (its: string) =>
    said.find(({ urn, message }) => urn === its && message.startsWith("changing it "))?.message.trim();
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .filter(({ op }) => op !== "same")
    .map((metadata) => [nameOf(metadata), { ...changes(metadata), cost: costOf(metadata.urn) }] as const);
  const errors = said
    .filter(({ severity, urn }) => severity === "error" && urn)
    .map(({ urn = "", message }) => `${urn.split("::").at(-1)}: ${message.trim()}`);
  return { refused: code !== 0, steps: Object.fromEntries(steps), errors: [...new Set(errors)].sort() };
}

/** Such as "update Node a1", of urn:pulumi:t::k3s-cluster::k3s:index:K3sAgent$pulumi-nodejs:dynamic/k3s:Node::a1. */
function nameOf({ op, urn }: Metadata): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${op} ${types.split(/[$:/]/).at(-1)} ${name.join("::")}`;
}

/** What the engine writes in place of what is not known yet. */
const notKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function changes({ op, old, new: news }: Metadata): Omit<Step, "cost"> {
  if (op !== "update") return { changed: [], unknown: [] };
  const [before, after] = [old?.inputs ?? {}, news?.inputs ?? {}];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const text = (value: unknown) => JSON.stringify(value) ?? "";
  const unknown = names.filter((name) => text(after[name]).includes(notKnown));
  const changed = names.filter((name) => !unknown.includes(name) && text(before[name]) !== text(after[name]));
  return { changed, unknown };
}
