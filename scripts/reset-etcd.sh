#!/bin/sh
# Makes this server, whose k3s is stopped, the only member of etcd, with what it has or what a snapshot has.
# Inputs: OPERATION, by which it is known that this was done; SNAPSHOT, the file, or nothing.
# Output: nothing. Exit: 0, also where it was done, 69 k3s does not do it: why is on stderr.

set -eu
umask 077

main() {
  mark=/etc/rancher/k3s/.reset
  if [ "$(cat $mark 2>/dev/null)" = "reset $OPERATION" ]; then return; fi
  # It stands for a reset that was not followed by a start, such as one that was cut off.
  rm -f /var/lib/rancher/k3s/server/db/reset-flag
  set -- server --cluster-reset
  if [ -n "$SNAPSHOT" ]; then set -- "$@" "--cluster-reset-restore-path=$SNAPSHOT"; fi
  log=$(mktemp /run/k3s-cluster.XXXXXX)
  trap 'rm -f "$log"' EXIT
  trap 'exit 143' HUP INT PIPE TERM
  timeout 240 /usr/local/bin/k3s "$@" >"$log" 2>&1 || fail "k3s does not reset etcd: $(tail -n 1 "$log")"
  write_mark "reset $OPERATION"
}

write_mark() {
  printf %s "$1" >$mark.new
  mv -f $mark.new $mark
}

fail() {
  echo "$1" >&2
  exit 69
}

main
