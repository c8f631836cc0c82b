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

# While the cluster is being told another token a snapshot may need either, from the time of this file to that of the one above,
# once that is the new one: it gets both, a line each, the new one last.
both=$tokens/.both

# What k3s was told or has started with since is newer; its passwords change with its token, and keep their time.
note_token() {
  if [ -e "$current" ]; then
    if [ "$(password "$current")" = "$(password "$server/token")" ]; then return; fi
    if [ "$(stat -c %Y "$server/token")" -lt "$(stat -c %Y "$current")" ]; then return; fi
    if turning && [ "$(password "$server/token")" = "$(next)" ]; then return; fi
  fi
  mkdir -p "$tokens"
  cp -p "$server/token" "$current.$$"
  if [ -e $server/cred/passwd ]; then touch -r $server/cred/passwd "$current.$$"; fi
  mv -f "$current.$$" "$current"
  rm -f "$both"
}

turning() { [ -e "$both" ] && [ "$(password "$current")" != "$(next)" ]; }

next() { password "$both" | tail -n 1; }

# The cluster is about to be told this password.
note_both() {
  if ! [ -d $server/db/etcd ]; then return; fi
  if [ "$(password "$current")" = "$1" ]; then return; fi
  printf '%s\n%s%s\n' "$(cat "$current")" "$(pin $server/token)" "$1" >"$both.$$"
  mv -f "$both.$$" "$both"
}

# The cluster has this password by now, and the server will when it starts again.
note_next() {
  if ! [ -d $server/db/etcd ] || ! [ -s $server/token ]; then return; fi
  if [ -e "$current" ] && [ "$(password "$current")" = "$1" ]; then return; fi
  mkdir -p "$tokens"
  printf '%s%s\n' "$(pin $server/token)" "$1" >"$current.$$"
  mv -f "$current.$$" "$current"
}

# k3s ends its names with the time; a copy has one of its own.
taken() {
  named=$(printf %s "${1##*/}" | sed -n 's/.*-\([0-9]\{9,\}\)\(\.zip\)\{0,1\}$/\1/p')
  if [ -n "$named" ]; then echo "$named"; else stat -c %Y "$1"; fi
}

# What was noted for a snapshot, or nothing for one from before.
noted() {
  at=$(taken "$1")
  since=$(stat -c %Y "$current")
  if [ -e "$both" ] && [ "$at" -ge "$(stat -c %Y "$both")" ] && { turning || [ "$at" -le "$since" ]; }; then echo "$both"
  elif [ "$at" -ge "$since" ]; then echo "$current"
  fi
}

# Keeps for a snapshot what was noted. Half of it, from a power cut, would be taken for the whole.
keep_token() {
  cp "$2" "$tokens/.$1.$$"
  mv -f "$tokens/.$1.$$" "$tokens/$1"
}
