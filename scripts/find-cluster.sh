#!/bin/sh
# Tells whether this machine holds a server of a cluster, running or not; changes nothing.
# Inputs: none.
# Output: nothing, or two words: the SHA-256 of the cluster's CA, and who owns the server, "nobody" or "-" where the
# owner's file is missing or empty. Exit: 0.

set -eu

main() {
  server=/var/lib/rancher/k3s/server
  [ -s "$server/tls/server-ca.crt" ] || return 0
  [ -d "$server/db/etcd/member/wal" ] || [ -e "$server/db/state.db" ] || return 0
  printf '%s %s\n' "$(sha256sum "$server/tls/server-ca.crt" | cut -d ' ' -f 1)" "$(owner /etc/rancher/k3s/owner)"
}

owner() {
  if [ -e "$1" ]; then head -n 1 "$1" | grep . || echo -; else echo nobody; fi
}

main
