import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Mistake } from "./mistakes";
import type { Found } from "./place";
import { shown } from "./shown";

export interface Source {
  value: unknown;
  /** Mistakes of the YAML itself. */
  mistakes: Mistake[];
  /** The text was read to its end, so that its content can be judged too. */
  readable: boolean;
  positionOf(found: Found): Position;
}

export interface Position {
  line: number;
  column: number;
}

/** Reads YAML 1.2, anchors and merge keys included. Never throws, and never quotes a value: it may be a secret. */
export function readYaml(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: "error",
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const positionOf = (found: Found) => at(offsetOf(document, found));
  const mistakes = firstOfEachLine(
    [...document.errors, ...document.warnings].map((error) => ({
      path: "",
      message: said(error, text),
      ...at(error.pos[0]),
    })),
  );
  const unread = (more: Mistake[]): Source => ({
    value: undefined,
    mistakes: more,
    readable: false,
    positionOf,
  });
  // A key given twice, or a tag, leaves the rest of the text readable; after anything else it would be guesswork.
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) return unread(mistakes);
  try {
    return { value: document.toJS(), mistakes, readable: true, positionOf };
  } catch {
    return unread([...mistakes, { path: "", message: unusableAlias, ...at(offsetOfAlias(document)) }]);
  }
}

const unusableAlias =
  "an alias (*name) needs its anchor (&name) before it, a map where it is merged, and few repetitions";

/** What the parser stumbles over after its first error in a line follows from that one. */
function firstOfEachLine(mistakes: (Mistake & Position)[]): Mistake[] {
  const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return sorted.filter(({ line }, index) => sorted[index - 1]?.line !== line);
}

function said({ code, message, pos }: YAMLError, text: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `the key ${shown(/^[-\w./]*/.exec(text.slice(pos[0], pos[0] + 256))?.[0])} is in this map already`;
    case "TAB_AS_INDENT":
      return "a tab indents this line: YAML wants spaces";
    case "MULTIPLE_DOCS":
      return "a second document begins here: a manifest is one";
    case "TAG_RESOLVE_FAILED":
      return "tags (!name) have no meaning here: put a value that begins with ! in quotes";
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'a map begins inside a value: check the indentation, and put a value that holds ": " in quotes';
    default:
      // The parser ends some of its messages with the text it met.
      return `not YAML: ${message.replace(/: ".*$/s, "")}`;
  }
}

/** Where a mistake is to be fixed: its key, its value, or, if that is missing, what it is missing from. */
function offsetOf(document: Document.Parsed, { way, atKey }: Found): number {
  let offset = document.contents?.range[0] ?? 0;
  let node: unknown = document.contents;
  for (const [depth, key] of way.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    // Of a key given twice, the last is the one that counts.
    const pair = isMap(holder) ? holder.items.findLast((item) => keyOf(item.key) === String(key)) : undefined;
    const inner = isSeq(holder) ? holder.items[Number(key)] : pair?.value;
    const shownAt = (atKey && depth === way.length - 1) || !isWritten(inner) ? pair?.key : inner;
    if (!isNode(shownAt)) break;
    offset = shownAt.range?.[0] ?? offset;
    node = inner;
  }
  return offset;
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** "key:" with nothing after it has a value too, somewhere on the next lines. */
function isWritten(node: unknown): boolean {
  return isNode(node) && !(isScalar(node) && node.value === null && node.source === "");
}

function offsetOfAlias(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_, alias) {
      offset = alias.range?.[0] ?? 0;
      return alias.resolve(document) ? undefined : visit.BREAK;
    },
  });
  return offset;
}
