/** The name in an argument of one of k3s's components, such as "v" in "v=2"; k3s lets it begin with dashes. */
export function argumentName(argument: string): string {
  return argument.replace(/^-+|=.*$/gs, "");
}

/**
 * A configuration with more of a component's arguments, by what it has of them; a list before what is added to it, or k3s
 * forgets that.
 */
export function withArguments<Value>(
  config: Record<string, Value>,
  key: string,
  more: (given: string[]) => string[],
): Record<string, Value | string[]> {
  const { [key]: own, ...rest } = config;
  const listed = [own ?? []].flat().map(String);
  const ours = more([...listed, ...[rest[`${key}+`] ?? []].flat().map(String)]);
  return ours.length > 0 ? { [key]: [...listed, ...ours], ...rest } : config;
}
