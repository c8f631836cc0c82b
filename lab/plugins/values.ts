import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource's properties as a plugin sees them: plain, without marks of secrecy. */
export type Values = Record<string, unknown>;

/** What the engine sends in place of a value that a preview cannot know; a program can never mean it. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Reads properties; members that are null are left out, since to a provider null means "not given". */
export function fromStruct(struct: Struct | undefined): Values {
  return withoutNulls(struct?.toJavaScript() ?? {}) as Values;
}

/** Writes properties; those named in `secrets` are marked, so that the state holds them encrypted. */
export function toStruct(values: Values, secrets: readonly string[]): Struct {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const marked = entries.map(([key, value]) => [key, secrets.includes(key) ? secret(value) : value]);
  return Struct.fromJavaScript(
    withoutNulls(Object.fromEntries(marked)) as Parameters<typeof Struct.fromJavaScript>[0],
  );
}

function secret(value: unknown): Values {
  return { [signature]: secretSignature, value };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}
