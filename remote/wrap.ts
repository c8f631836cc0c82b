/**
 * What a shell is given on its standard input: the text, so that it runs whole or not at all, and not longer than
 * somebody is there to hear of it.
 *
 * - The shell reads the group to its closing brace before it runs any of it: half a transfer is a syntax error.
 * - Standard input stays open while the script runs. When it ends early (the deadline, a cancelled operation, a dead
 *   connection), the guard ends the whole process group. A signal sent over SSH could not end what sudo has started.
 * - The mark on standard output says that the shell has begun; what comes before is noise of a login shell.
 */
export function guarded(text: string, mark: string): string {
  return `{
(read -r _ <&3; trap '' TERM; kill -s TERM 0; sleep 2; kill -s KILL 0) >/dev/null 2>&1 &
_guard=$!
${beginning(mark)}
(
${text}
) 3<&-
_code=$?
kill -s TERM "$_guard" 2>/dev/null
exit "$_code"
} 3<&0 </dev/null
`;
}

/**
 * The same for a script that reads its own standard input, as descriptor 3, to its end. It needs no guard: when nobody
 * is there any more its input is over, and it finds that it has not got all.
 */
export function reading(text: string, mark: string): string {
  return `{
${beginning(mark)}
(
${text}
)
exit "$?"
} 3<&0 </dev/null
`;
}

/** Where root's tools are, which is not in the PATH of every login; then the mark. */
function beginning(mark: string): string {
  return `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\necho ${mark}`;
}
