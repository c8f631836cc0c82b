#!/bin/sh
# Saves a snapshot of etcd on this server, and beside it the token that it can be restored with.
# Inputs: NAME, what the snapshot's name begins with. Output: the snapshot's path, its size in bytes and its SHA-256, a line each.
# Exit: 0, 69 k3s does not save it: why is on stderr.

set -eu
umask 077
. scripts/snapshots.sh

main() {
  said=$(/usr/local/bin/k3s etcd-snapshot save --name "$NAME" 2>&1) || fail "$(printf '%s\n' "$said" | tail -n 1)"
  # Of several with this name it is the last one.
  folder=$(folder)
  snapshot=$(find "$folder" -maxdepth 1 -type f -name "$NAME-*" -exec stat -c '%Y %n' {} + | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  [ -n "$snapshot" ] || fail "k3s says that it has saved it, and it is not in $folder"
  note_token
  note=$(noted "$snapshot")
  keep_token "${snapshot##*/}" "${note:-$current}"
  echo "$snapshot"
  stat -c %s "$snapshot"
  sha256sum <"$snapshot" | cut -d ' ' -f 1
}

fail() {
  echo "$1" >&2
  exit 69
}

main
