#!/bin/sh
# Gives a server the tokens that it is to start with the next time, which has to be soon.
# Inputs: OWNER; TOKEN, AGENT_TOKEN, the new passwords. Output: nothing. Exit: 0, also where the machine is another's.

set -eu
umask 077
. scripts/files.sh
. scripts/snapshots.sh

main() {
  folder=/etc/rancher/k3s
  if [ "$(cat $folder/owner 2>/dev/null)" != "$OWNER" ] || ! [ -e $folder/token ]; then return; fi
  note_next "$TOKEN"
  # One that is to be joined stays pinned to its CA.
  pinned=$(pin $folder/token)
  if is $folder/token "$pinned$TOKEN" && is $folder/agent-token "$AGENT_TOKEN"; then return; fi
  # It outlives a run that is cut off, so that the next one restarts what this one has changed.
  : >$folder/.changed
  write $folder/token 0600 "$pinned$TOKEN"
  write $folder/agent-token 0600 "$AGENT_TOKEN"
  # One that started with the old token meanwhile wrote it there, and would hold it against what the others know.
  if [ "$(systemctl is-active k3s)" != active ]; then rm -f /var/lib/rancher/k3s/server/cred/passwd; fi
}

main
