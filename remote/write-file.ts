import type { Script } from "./machine";

/** A script that puts a file in its place, and the variables that it needs. */
export function placeFile(
  path: string,
  content: string,
  mode: string,
): { script: Script; variables: Record<string, string> } {
  checkPlace(path, mode);
  return { script: { name: `write ${path}`, text }, variables: { FILE: path, MODE: mode, CONTENT: content } };
}

export function checkPlace(path: string, mode: string): void {
  if (!path.startsWith("/")) throw new TypeError(`${path} is no absolute path: begin it with a slash.`);
  if (!/^0?[0-7]{3}$/.test(mode)) throw new TypeError(`${mode} is no file mode: give it as "0600".`);
}

// The temporary file is a neighbour, since only a rename inside a filesystem happens in one step. printf is a part
// of the shell, so that the content is in no argument list.
const text = `set -eu
umask 077
if [ -d "$FILE" ]; then
  echo "$FILE is a folder" >&2
  exit 1
fi
temporary=$(mktemp -- "$FILE.XXXXXX")
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 143' TERM
printf %s "$CONTENT" >"$temporary"
chmod -- "$MODE" "$temporary"
sync -- "$temporary" 2>/dev/null || :
mv -f -- "$temporary" "$FILE"
trap - EXIT
`;
