import type { Fields } from "./fields";
import type { Values } from "./values";

/** What a plugin may use while it works on one resource. */
export interface Call {
  /** The resource's name in the program. */
  readonly name: string;
  /** Aborted when the user cancels the operation. */
  readonly signal: AbortSignal;
  /** Shows a line in the resource's row while the operation runs. */
  status(line: string): void;
}

/** One kind of resource: what it takes, what it gives, and what it does. Its state is inputs and outputs. */
export interface Kind {
  readonly inputs: Fields;
  /** What is known only once the resource exists. */
  readonly outputs: readonly string[];
  /** What is secret even where the program does not say so. */
  readonly secrets: readonly string[];
  /** Inputs that cannot change in place. */
  readonly replacedBy: readonly string[];
  /** Derives what defaults alone cannot say, from inputs that may hold unknown values. */
  complete?(inputs: Values): Values;
  /** Mistakes that only show in several inputs together; each begins with a property path. */
  mistakes?(inputs: Values): string[];
  create(inputs: Values, call: Call): Promise<{ id: string; outputs: Values }>;
  update?(inputs: Values, state: Values, call: Call): Promise<Values>;
  delete?(state: Values, call: Call): Promise<void>;
}

/** A package of resources under the name and version that programs ask for. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  /** By type token. */
  readonly kinds: Readonly<Record<string, Kind>>;
}
