#!/bin/sh
# Removes what stage.sh brought, of all versions, and leaves alone what a node made since and what others put there.
# Inputs: none. Output: nothing. Exit: 0.

set -eu

main() {
  # Another node of ours stands on it by now.
  if [ -e /etc/rancher/k3s/owner ]; then return; fi
  data=/var/lib/rancher/k3s
  node=
  if [ -e "$data/server" ] || [ -e /etc/systemd/system/k3s.service ] || [ -e /etc/systemd/system/k3s-agent.service ]; then
    node=yes
  fi
  for folder in /usr/local/lib/k3s/v*+k3s*; do
    # stage.sh begins with the list of sums.
    if [ -e "$folder/sums" ] || [ -e "$folder/sums.part" ]; then version "$folder"; fi
    prune "$folder"
  done
  prune /usr/local/lib/k3s
  if [ -n "$node" ]; then return; fi
  rm -rf "$data/data"
  prune "$data/agent/images" "$data/agent" "$data"
}

# The binary first: by it missing.sh tells whether anything is to be staged.
version() {
  rm -f "$1/k3s"
  if [ -e "$1/images" ] && [ -z "$node" ]; then archive "$1" "$(cat "$1/images")"; fi
  rm -f "$1/k3s.part" "$1/images" "$1/sums" "$1/sums.part"
}

# Only as it was fetched: by another content it is somebody else's.
archive() {
  file=$data/agent/images/${2##*/}
  rm -f "$file.part"
  if [ -e "$file" ] && grep -q "^$(sha256sum <"$file" | cut -d ' ' -f 1) " "$1/sums"; then rm -f "$file"; fi
}

prune() {
  for folder in "$@"; do
    if [ -d "$folder" ]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
  done
}

main
