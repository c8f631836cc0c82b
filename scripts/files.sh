#!/bin/sh
# For scripts that write files which look-at-files.sh finds changed later.

files=

# A reader sees the old file or the new one, and never one that others may read for a moment.
write() {
  files="$files $1"
  if is "$1" "$3"; then protect "$1" "$2"; return; fi
  printf %s "$3" >"$1.new"
  chmod "$2" "$1.new"
  mv -f "$1.new" "$1"
}

protect() {
  if [ "$(stat -c %a:%U:%G "$1")" = "${2#0}:root:root" ]; then return; fi
  chown root:root "$1"
  chmod "$2" "$1"
}

is() { [ -e "$1" ] && [ "$(cat "$1"; echo .)" = "$(printf '%s.' "$2")" ]; }

# Sum, mode, owner and path of each file that was written.
written() {
  for file in $files; do
    echo "$(sha256sum <"$file" | cut -d ' ' -f 1) $(stat -c %a:%U:%G "$file") $file"
  done
}
