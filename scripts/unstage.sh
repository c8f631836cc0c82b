#!/bin/sh
# Removes what stage.sh brought, and leaves alone what a node made since.
# Inputs: VERSION. Output: nothing. Exit: 0.

set -eu

main() {
  data=/var/lib/rancher/k3s
  rm -rf "/usr/local/lib/k3s/$VERSION"
  prune /usr/local/lib/k3s
  if [ -e "$data/server" ] || [ -e /etc/systemd/system/k3s.service ] || [ -e /etc/systemd/system/k3s-agent.service ]; then
    return
  fi
  rm -rf "$data/data" "$data"/agent/images/k3s-airgap-images-*
  prune "$data/agent/images" "$data/agent" "$data"
}

prune() {
  for folder in "$@"; do
    if [ -d "$folder" ]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
  done
}

main
