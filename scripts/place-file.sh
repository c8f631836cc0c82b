#!/bin/sh
# Replaces a file in one step, or leaves everything as it was.
# Inputs: FILE, an absolute path; MODE, such as 0600; CONTENT; or SHA256, of the content that comes on descriptor 3.
# Output: nothing. Exit: 0 done, 1 it cannot be placed there, 65 something else arrived, 143 ended by a signal.

set -eu

main() {
  if [ -d "$FILE" ]; then fail 1 "$FILE is a folder"; fi
  # A neighbour, since only a rename inside a filesystem happens in one step.
  temporary=$(mktemp "$FILE.XXXXXX")
  trap 'rm -f "$temporary"' EXIT
  trap 'exit 143' HUP INT PIPE TERM
  if [ -n "$SHA256" ]; then receive; else write; fi
  chmod "$MODE" "$temporary"
  sync "$temporary" 2>/dev/null || :
  mv -f "$temporary" "$FILE"
}

# printf is a part of the shell, so that the content is in no argument list.
write() {
  printf %s "$CONTENT" >"$temporary"
}

# The sum is that of the file, not of what came: a disk may be full. Made on the way, by tee, it takes as long.
receive() {
  cat <&3 >"$temporary"
  sum=$(sha256sum <"$temporary")
  sum=${sum%% *}
  if [ "$sum" = "$SHA256" ]; then return; fi
  size=$(wc -c <"$temporary")
  fail 65 "what arrived for $FILE ($size bytes) has the SHA-256 $sum instead of $SHA256"
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
