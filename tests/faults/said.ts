/** What a failure tells its reader, in whichever of the three forms it comes. */
export interface Complaint {
  /** The machine, or several with commas, or the place in the manifest. */
  where: string;
  cause: string;
  next: string;
}

/**
 * All complaints in what pulumi printed: the rows of preflight's table, failures of a step, mistakes in a manifest.
 * A text that lacks machine, cause or next step is none.
 */
export function complaintsIn(said: string): Complaint[] {
  const text = said.replaceAll("\r", "");
  return [...rows(text), ...steps(text), ...mistakes(text)];
}

/** `  error  x1, x2  unreachable  what is wrong. What to do.` */
function rows(text: string): Complaint[] {
  return [...text.matchAll(/^ *error {2,}(\S.*?) {2,}([a-z0-9-]+) {2,}(.+?)\. ([A-Z].+)\.$/gm)].map(
    ([, where = "", name, what, next = ""]) => ({ where, cause: `${name}: ${what}`, next }),
  );
}

/** `x1: fetching k3s: why`, lines of a journal, and below them `next: what to do`. */
function steps(text: string): Complaint[] {
  return [
    ...text.matchAll(
      /^\s*(?:error: |\* )?(?:\S+ resource '[^']*' has a problem: )?([\w.-]+): ([^:\n]+): (.+)\n(?:\s*\| .*\n)*\s*next: (.+)$/gm,
    ),
  ].map(([, where = "", step, why, next = ""]) => ({ where, cause: `${step}: ${why}`, next }));
}

/** `cluster.yaml:4:11 disable[0]: what is wrong: what is allowed`; quotes may hold colons. */
function mistakes(text: string): Complaint[] {
  return [...text.matchAll(mistake)].map(([, where = "", cause = "", next = ""]) => ({ where, cause, next }));
}

const unquoted = String.raw`(?:"(?:\\.|[^"\\])*"|[^:"\n])+`;
const mistake = new RegExp(`^ *cluster\\.yaml:\\d+:\\d+ (${unquoted}): (${unquoted}): (.+)$`, "gm");
