#!/bin/sh
# Has a server leave its part of an etcd that was reset elsewhere, and join the one that there is now. Its own is kept aside.
# Inputs: OWNER; SERVER, where to join. Output: "joining", or nothing where this machine is no server of the cluster. Exit: 0.

set -eu
umask 077
. scripts/files.sh
. scripts/token.sh

main() {
  folder=/etc/rancher/k3s
  data=/var/lib/rancher/k3s/server
  join=$folder/config.yaml.d/rejoin.yaml
  if [ "$(cat $folder/owner 2>/dev/null)" != "$OWNER" ] || ! [ -s $data/tls/server-ca.crt ]; then return; fi
  if ! [ -e $join ]; then
    systemctl stop k3s
    if [ -e $data/db/etcd ]; then mv $data/db/etcd "$data/db/etcd-before-$(date +%s)"; fi
    # Its own file may name a server that is no more, or none where it began the cluster; and it must not begin another.
    hash=$(sha256sum <$data/tls/server-ca.crt | cut -d ' ' -f 1)
    write $folder/.rejoin-token 0600 "K10$hash::server:$(password $folder/token)"
    mkdir -p $folder/config.yaml.d
    write $join 0600 "server: $SERVER
cluster-init: false
token-file: $folder/.rejoin-token
"
  fi
  systemctl enable --quiet k3s
  systemctl reset-failed k3s 2>/dev/null || true
  systemctl start --no-block k3s
  echo joining
}

main
