/**
 * The engine does not tell a provider its resource's URN, which lines of progress need. So it travels as an
 * input, without what can be told from elsewhere: state would hold all of it twice for every resource.
 */

const ours = "k3s:index:";

export interface Place {
  stack: string;
  project: string;
  /** Of what it is in, the outermost first. */
  parents: readonly string[];
  name: string;
}

export function shortRow({ stack, project, parents, name }: Place): string {
  const short = parents.map((type) => (type.startsWith(ours) ? `~${type.slice(ours.length)}` : type));
  return [stack, project, short.join("$"), name].join("::");
}

/** The URN that the engine knows the row by, for a resource of this type. */
export function rowUrn(row: string, type: string): string {
  const [stack, project, parents = "", ...name] = row.split("::");
  const types = [...parents.split("$").filter(Boolean), type].map((one) => one.replace(/^~/, ours));
  return ["urn:pulumi:".concat(stack ?? ""), project, types.join("$"), name.join("::")].join("::");
}

/** The type of our resources of a kind. */
export function typeOf(kind: string): string {
  return `pulumi-nodejs:dynamic/k3s:${kind}`;
}
