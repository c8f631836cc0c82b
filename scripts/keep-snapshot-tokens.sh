#!/bin/sh
# Has beside each snapshot of etcd on this server the token that it can be restored with: k3s takes and removes snapshots by
# itself. One that has a token keeps it, whatever the server's is by now; one from before the server had that gets none; the token
# of one that is gone goes, too.
# systemd runs it when the folder has changed, and does not look at the folder meanwhile.
# Inputs: NEXT, the password that the cluster is about to be told, or nothing. Output: nothing. Exit: 0.

set -eu
umask 077
. scripts/snapshots.sh

main() {
  folder=$(folder)
  if ! [ -s $server/token ]; then return; fi
  if [ -n "${NEXT:-}" ]; then
    note_token
    if [ -d "$folder" ]; then keep; fi
    note_both "$NEXT"
    return
  fi
  if ! [ -d "$folder" ]; then return; fi
  note_token
  keep
  turns=0
  # A minute at most: what changes as long as that changes again.
  while changing && [ $((turns += 1)) -le 60 ]; do
    sleep 1
    keep
  done
}

# Whether something came, went or grew within the last two seconds.
changing() {
  newest=$(stat -c %Y "$folder" "$folder"/*.part 2>/dev/null | sort -n | tail -n 1)
  age=$(($(date +%s) - newest))
  [ $age -ge 0 ] && [ $age -le 2 ]
}

keep() {
  any=
  for snapshot in "$folder"/*; do
    # etcd renames it when it is whole.
    case $snapshot in *.part) continue ;; esac
    [ -f "$snapshot" ] || continue
    any=yes
    if [ -e "$tokens/${snapshot##*/}" ]; then continue; fi
    note=$(noted "$snapshot")
    if [ -n "$note" ]; then keep_token "${snapshot##*/}" "$note"; fi
  done
  # A folder without any may be a disk that is not mounted, and its snapshots are to find their tokens again.
  if [ -n "$any" ]; then forget; fi
}

# Also in k3s's own folder, which another one may have come in the place of.
forget() {
  for token in "$tokens"/*; do
    name=${token##*/}
    if ! [ -e "$folder/$name" ] && ! [ -e "$server/db/snapshots/$name" ]; then rm -f "$token"; fi
  done
}

main
