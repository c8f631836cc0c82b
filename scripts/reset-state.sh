#!/bin/sh
# Tells what a reset of etcd would find on this server; changes nothing.
# Inputs: SNAPSHOT, a file's path or its name in the folder of snapshots; nothing for none.
# Output: lines of name=value: id, the cluster's; etcd, "yes" where its data is here; mark, what has become of the last reset
# from here; snapshot, the file; token, "fits", "differs", "either" where it needs this one or one from before or after it, or
# "missing" where nobody kept the one that it needs. Exit: 0.

set -eu
. scripts/token.sh

main() {
  server=/var/lib/rancher/k3s/server
  echo "id=$(cat $server/cluster-id 2>/dev/null)"
  if [ -d $server/db/etcd/member/wal ]; then echo etcd=yes; fi
  echo "mark=$(cat /etc/rancher/k3s/.reset 2>/dev/null)"
  if [ -n "$SNAPSHOT" ]; then snapshot; fi
}

snapshot() {
  folder=$(sed -n 's/^etcd-snapshot-dir: *//p' /etc/rancher/k3s/config.yaml 2>/dev/null | tr -d "\"'") || :
  case $SNAPSHOT in /*) file=$SNAPSHOT ;; *) file=${folder:-$server/db/snapshots}/$SNAPSHOT ;; esac
  if ! [ -f "$file" ]; then return; fi
  echo "snapshot=$file"
  kept=$server/db/snapshot-tokens/${file##*/}
  if ! [ -s "$kept" ]; then echo token=missing; return; fi
  its=$(password $server/token)
  case $newline$(password "$kept")$newline in
    "$newline$its$newline") echo token=fits ;;
    *"$newline$its$newline"*) echo token=either ;;
    *) echo token=differs ;;
  esac
}

newline='
'

main
