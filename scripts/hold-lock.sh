#!/bin/sh
# Holds this machine's lock for as long as it hears of whoever wants it.
# Inputs: OWNER, who that is; SILENCE, the seconds without a word after which the lock is given back. Descriptor 3: a
# line every few seconds, and its end gives the lock back.
# Output: "held"; where another holds it: owner=, and for= and heard=, in seconds. Exit: 0 given back, 75 another's.

set -eu
. scripts/heard.sh

lock=/run/k3s-cluster.lock

main() {
  umask 077
  # What is said before somebody listens could be missed.
  read -r _ <&3
  exec 9>>"$lock"
  # Who had it may have removed the file just now, and a lock on what has no name keeps nobody out.
  if ! flock -n 9 || ! named; then another; fi
  printf 'owner=%s\nsince=%s\n' "$OWNER" "$(date +%s)" >"$lock"
  while_heard "$lock"
}

named() { [ "$(stat -L -c %i /dev/fd/9)" = "$(stat -c %i "$lock" 2>/dev/null)" ]; }

# It may be given back in between, and is gone then.
another() {
  if said=$(cat "$lock" 2>/dev/null) && heard=$(stat -c %Y "$lock" 2>/dev/null) && [ -n "$said" ]; then
    now=$(date +%s)
    echo "$said" | grep '^owner='
    echo "for=$((now - $(echo "$said" | sed -n 's/^since=//p')))"
    echo "heard=$((now - heard))"
  fi
  exit 75
}

# Of one that was killed the kernel has given the lock back; a file without it keeps nobody out, and may be another's by now.
let_go() { if kill -0 "$$"; then rm -f "$lock"; fi; }

main
