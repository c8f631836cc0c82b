#!/bin/sh
# Tells whether this machine holds a server of a cluster, running or not; changes nothing.
# Inputs: PASSWORD, of the server token that it is to have; nothing, where it may be any.
# Output: nothing, or two words: the SHA-256 of the cluster's CA, and who owns the server, "nobody" or "-" where the
# owner's file is missing or empty. Exit: 0, 77 the cluster has another token.

set -eu

main() {
  # What is left of a node that is being removed is none.
  if [ -e /etc/rancher/k3s/.removing ]; then return; fi
  server=/var/lib/rancher/k3s/server
  [ -s "$server/tls/server-ca.crt" ] || return 0
  [ -d "$server/db/etcd/member/wal" ] || [ -e "$server/db/state.db" ] || return 0
  same_token "$server/token"
  printf '%s %s\n' "$(sha256sum "$server/tls/server-ca.crt" | cut -d ' ' -f 1)" "$(owner /etc/rancher/k3s/owner)"
}

# k3s keeps its data under the token that it was made with, and does not start with another.
same_token() {
  if [ -z "${PASSWORD:-}" ] || ! [ -s "$1" ]; then return; fi
  if [ "$(sed 's/^K10[0-9a-f]*::server://' "$1")" = "$PASSWORD" ]; then return; fi
  echo "the cluster on this machine has another token" >&2
  exit 77
}

owner() {
  if [ -e "$1" ]; then head -n 1 "$1" | grep . || echo -; else echo nobody; fi
}

main
