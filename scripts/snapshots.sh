#!/bin/sh
# For scripts that look after the snapshots of etcd on a server; with umask 077.

server=/var/lib/rancher/k3s/server
tokens=$server/db/snapshot-tokens

# Where k3s puts them.
folder() {
  folder=$(sed -n 's/^etcd-snapshot-dir: *//p' /etc/rancher/k3s/config.yaml 2>/dev/null | tr -d "\"'") || :
  echo "${folder:-$server/db/snapshots}"
}

# Keeps for a snapshot the token that the server has now. Half of it, from a power cut, would be taken for the whole.
keep_token() {
  mkdir -p "$tokens"
  cp "$server/token" "$tokens/.$1.$$"
  mv -f "$tokens/.$1.$$" "$tokens/$1"
}
