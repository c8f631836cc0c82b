import type { dynamic } from "@pulumi/pulumi";
import { closeAll } from "../remote/pool";
import type { Member } from "./connection";
import { onEngineGone, type Row, rowOf } from "./engine";
import { atStep } from "./failure";
import { alone } from "./lock";
import { sayOnce } from "./once";
import { rowUrn, typeOf } from "./row";

/** What Pulumi's engine writes in place of a value that is not known yet, whatever its type. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Tells the resource's own row what is going on. */
export interface Tell {
  (step: string): void;
  /** Says what the user is to know, and does not take it back. */
  warn(message: string): void;
  /** Says what came of it, and does not take it back. */
  note(message: string): void;
}

/** What looking at the inputs came to. */
export interface Checked<I> {
  /** What is wrong with them, one sentence each. */
  mistakes?: string[];
  /** What was found out on the way, and is kept with them. */
  learned?: Partial<I>;
}

/** Records what exists already: from then on a failure leaves a resource that the next run completes. */
export type Begun<O> = (id: string, outputs: Partial<O>) => void;

/** A resource as this project writes it: plain values in, plain values out. */
export interface Resource<I extends object, O extends object> {
  /** Also runs in a preview. */
  check?(inputs: I, old: I | undefined, tell: Tell): Promise<Checked<I>> | Checked<I>;
  /** Inputs that matter only when the resource is made, and make no difference later. */
  createOnly?: readonly (keyof I)[];
  /** Inputs of which an update has to know what they were: they stay so in the state until one succeeds. */
  pending?: readonly (keyof I)[];
  /** What is found out when it is made or changed, and is no input. */
  outputs?: readonly (keyof O)[];
  /** The machine that is changed when it is made, changed or removed: by nobody else at the same time. */
  changes?(inputs: I): Member | undefined;
  create(inputs: I, tell: Tell, begun: Begun<O>): Promise<{ id: string; outputs: O }>;
  update(id: string, inputs: I, state: I & O, tell: Tell): Promise<O>;
  /** Also runs in a preview: whether what is in the state is not there, as when its removal was cut off. */
  isMissing?(state: I & O): Promise<boolean>;
  /** What differs from the state where somebody has changed it; "gone" where it is no more. */
  read?(id: string, state: I & O, tell: Tell): Promise<Partial<I> | "gone">;
  /**
   * Also runs in a preview, where something changes: why that must not be by what is in the state. The look at the inputs knows
   * what was asked for last, also where nothing has come of that.
   */
  mistakes?(state: I & O, inputs: I, tell: Tell): Promise<string[]>;
  /** What a change of these inputs costs, in the words of a row; nothing where nobody will notice. */
  cost?(changed: readonly (keyof I)[], state: I & O, inputs: I): string | undefined;
  delete?(id: string, state: I & O, tell: Tell): Promise<void>;
}

type Props = Record<string, unknown>;

/** Puts a resource of a kind behind Pulumi's protocol for dynamic providers. */
export function wired<I extends object, O extends object>(
  name: string,
  kind: Resource<I, O>,
): dynamic.ResourceProvider {
  onEngineGone(closeAll);
  const createOnly = (kind.createOnly ?? []).map(String);
  const aside = [...createOnly, ...(kind.outputs ?? []).map(String)];
  const row = ({ row }: Props) => rowOf(typeof row === "string" ? rowUrn(row, typeOf(name)) : "");
  // What is read is also an input of the next run, which must know all of them.
  const forgotten = kind.read ? [] : createOnly;
  const pending = (kind.pending ?? []).map(String);
  const locked = <T>(inputs: Props, tell: Tell, work: () => Promise<T>) => {
    const machine = kind.changes?.(inputs as I);
    return machine ? alone(machine, tell, work) : work();
  };
  const lasting = (inputs: Props) => without(forgotten, inputs);
  const state = (inputs: Props, outputs: object) => ({ ...lasting(inputs), ...plain(outputs) });
  return {
    check: (old: Props, news: Props) => {
      const inputs = settled(old, news);
      const before = Object.keys(old).length > 0 ? (old as I) : undefined;
      return guarded(row(news), async (tell) => {
        const checked = hasUnknown(inputs) ? undefined : await kind.check?.(inputs as I, before, tell);
        const { mistakes = [], learned } = checked ?? {};
        return {
          // Not what took the place of the unknown: the engine does not know which of that is secret, and shows it.
          inputs: { ...news, ...learned },
          failures: mistakes.map((reason) => ({ property: "", reason })),
        };
      });
    },
    diff: async (_id: string, old: Props, news: Props) => {
      const inputs = settled(old, news);
      const changed = changedInputs(old, inputs, aside);
      if (changed.length === 0) return { changes: await isMissing(kind, row(inputs), old) };
      if (kind.mistakes && !hasUnknown(inputs))
        await guarded(row(inputs), (tell) => refuse(kind, old, inputs, tell));
      const cost = kind.cost?.(changed as (keyof I)[], old as I & O, inputs as I);
      if (cost) told(row(inputs), cost);
      return { changes: true };
    },
    create: (inputs: Props) => {
      let partial: Recorded | undefined;
      const begun: Begun<O> = (id, outputs) => {
        partial = { id, properties: state(inputs, outputs) };
      };
      return guarded(
        row(inputs),
        async (tell) => {
          const create = () => kind.create(inputs as I, tell, begun);
          const { id, outputs } = await locked(inputs, tell, create);
          return { id, outs: state(inputs, outputs) };
        },
        () => partial,
      );
    },
    update: (id: string, old: Props, inputs: Props) =>
      guarded(
        row(inputs),
        async (tell) => {
          const update = () => kind.update(id, inputs as I, old as I & O, tell);
          return { outs: state(inputs, await locked(inputs, tell, update)) };
        },
        () => ({ id, properties: { ...old, ...without(pending, lasting(inputs)) } }),
      ),
    ...(kind.read ? { read: (id: string, props: Props) => readBy(kind, row(props), id, props) } : {}),
    delete: (id: string, old: Props) =>
      guarded(row(old), (tell) => locked(old, tell, async () => kind.delete?.(id, old as I & O, tell))),
  };
}

/** A machine that cannot be looked at may be as it was: that is said, and what is known of it is kept. */
async function readBy<I extends object, O extends object>(
  kind: Resource<I, O>,
  row: Row,
  id: string,
  props: Props,
): Promise<dynamic.ReadResult> {
  try {
    const seen = await kind.read?.(id, props as I & O, row.tell);
    if (seen === "gone") return { id: "", props: {} };
    const drifted = plain(seen ?? {});
    if (Object.entries(drifted).every(([key, value]) => same(props[key], value))) return { id, props };
    const outputs = (kind.outputs ?? []).map(String);
    return { id, props: { ...props, ...drifted }, inputs: { ...without(outputs, props), ...drifted } };
  } catch (cause) {
    const { message } = atStep(row.step(), cause);
    row.tell.warn(`it could not be looked at, and is taken to be as it was: ${message}`);
    return { id, props };
  } finally {
    row.end();
  }
}

/** A machine that cannot be looked at may be as it was: what is to be done on it will tell. */
async function isMissing<I extends object, O extends object>(
  kind: Resource<I, O>,
  row: Row,
  old: Props,
): Promise<boolean> {
  try {
    if (!(await kind.isMissing?.(old as I & O))) return false;
    row.tell("it is not there any more, and is made again");
    return true;
  } catch (cause) {
    row.tell.warn(
      `it could not be looked at, and is taken to be there: ${atStep("looking whether it is there", cause).message}`,
    );
    return false;
  } finally {
    row.end();
  }
}

async function refuse<I extends object, O extends object>(
  kind: Resource<I, O>,
  old: Props,
  inputs: Props,
  tell: Tell,
) {
  const [mistake, ...more] = (await kind.mistakes?.(old as I & O, inputs as I, tell)) ?? [];
  if (mistake) throw new Error([mistake, ...more].join("\n"));
}

function told(row: Row, message: string): void {
  row.tell(message);
  row.end();
}

function without(keys: readonly string[], values: Props): Props {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

/** The names of the inputs that differ or are gone, save those that are set aside and what only names the row. */
export function changedInputs(old: Props, news: Props, aside: readonly string[]): string[] {
  const ignored = new Set(["__provider", "row", ...aside]);
  const names = [...new Set([...Object.keys(news), ...Object.keys(old)])];
  return names.filter((key) => !ignored.has(key) && !same(old[key], news[key]));
}

/**
 * In a preview an updated resource's outputs are all unknown, also those that will stay. Inputs are judged and
 * compared with what is known from the last run in place of what is not, so that nothing downstream seems to change.
 */
export function settled(old: Props, news: Props): Props {
  return Object.fromEntries(
    Object.entries(news).map(([key, value]) => [key, hasUnknown(value) && key in old ? old[key] : value]),
  );
}

export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasUnknown);
}

/** A failure after the work is done loses it: what the engine cannot carry is dropped here. */
export function plain(value: object): Props {
  return JSON.parse(JSON.stringify(value)) as Props;
}

function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What is there already when an operation fails. */
interface Recorded {
  id: string;
  properties: Props;
}

/** Makes an Error of whatever was thrown, without a stack, and keeps what was begun in the state. */
async function guarded<T>(
  row: Row,
  work: (tell: Tell) => Promise<T>,
  recorded: () => Recorded | undefined = () => undefined,
): Promise<T> {
  try {
    return await work(row.tell);
  } catch (cause) {
    const { message } = atStep(row.step(), cause);
    const begun = recorded();
    throw sayOnce(
      Object.assign(new Error(message), { stack: "" }, begun && { ...begun, reasons: [message] }),
    );
  } finally {
    row.end();
  }
}
