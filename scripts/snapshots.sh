#!/bin/sh
# For scripts that look after the snapshots of etcd on a server; with umask 077. Brings token.sh.

. scripts/token.sh

server=/var/lib/rancher/k3s/server
tokens=$server/db/snapshot-tokens

# Where k3s puts them.
folder() {
  folder=$(sed -n 's/^etcd-snapshot-dir: *//p' /etc/rancher/k3s/config.yaml 2>/dev/null | tr -d "\"'") || :
  echo "${folder:-$server/db/snapshots}"
}

# The token of snapshots that were taken since the time of this file. k3s's own says no time: it is written at every start.
current=$tokens/.current

# What k3s was told or has started with since is newer; its passwords change with its token, and keep their time.
note_token() {
  if [ -e "$current" ]; then
    if [ "$(password "$current")" = "$(password "$server/token")" ]; then return; fi
    if [ "$(stat -c %Y "$server/token")" -lt "$(stat -c %Y "$current")" ]; then return; fi
  fi
  mkdir -p "$tokens"
  cp -p "$server/token" "$current.$$"
  if [ -e $server/cred/passwd ]; then touch -r $server/cred/passwd "$current.$$"; fi
  mv -f "$current.$$" "$current"
}

# The cluster has this password by now, and the server will when it starts again.
note_next() {
  if ! [ -d $server/db/etcd ] || ! [ -s $server/token ]; then return; fi
  if [ -e "$current" ] && [ "$(password "$current")" = "$1" ]; then return; fi
  mkdir -p "$tokens"
  printf '%s%s\n' "$(pin $server/token)" "$1" >"$current.$$"
  mv -f "$current.$$" "$current"
}

# Keeps for a snapshot the token that was noted. Half of it, from a power cut, would be taken for the whole.
keep_token() {
  cp "$current" "$tokens/.$1.$$"
  mv -f "$tokens/.$1.$$" "$tokens/$1"
}
