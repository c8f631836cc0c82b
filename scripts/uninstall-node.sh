#!/bin/sh
# Takes a node off its machine and leaves the machine as it was before, with what was staged on it.
# A mark tells from the first to the last that it has begun: half a node must not run, nor be taken for a whole one.
# Inputs: OWNER; UNIT. Output: the machine's id, by which the cluster knows it. Exit: 0, also where the machine belongs to
# another owner by now; 78 where its owner's file names none.

set -eu
. scripts/owned.sh

main() {
  cat /etc/machine-id 2>/dev/null || :
  folder=/etc/rancher/k3s
  marker=$folder/owner
  keeper=/etc/systemd/system/snapshot-tokens-k3s
  if ! [ -e "$marker" ]; then
    if [ -e "$folder/.removing" ]; then folder; fi
    return
  fi
  if [ "$(cat "$marker")" != "$OWNER" ]; then
    if named "$marker"; then return; fi
    fail 78 "$marker is there and names no node, so that nobody can tell whom this machine belongs to"
  fi
  : >"$folder/.removing"
  # Each by itself: one whose file somebody has removed cannot be disabled, and runs all the same.
  for each in "$UNIT" "${keeper##*/}.path" "${keeper##*/}.service"; do
    systemctl stop "$each" 2>/dev/null || true
    systemctl disable --quiet "$each" 2>/dev/null || true
  done
  end_pods
  unmount
  links
  rules
  files
}

# The unit leaves its pods running when it stops; they hang below containerd's shims.
end_pods() {
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    pids=$(shims)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # a list of numbers
    kill -9 $pids 2>/dev/null || true
    : "$attempt"
    sleep 0.2
  done
}

shims() {
  ps -e -o pid= -o ppid= -o args= | awk '
    { parent[$1] = $2; if ($3 ~ /^\/var\/lib\/rancher\/k3s\/data\/[^ ]*\/bin\/containerd-shim/) mine[$1] = 1 }
    END {
      for (pid in parent) {
        for (up = pid; up > 1; up = parent[up]) if (up in mine) { print pid; break }
      }
    }'
}

unmount() {
  awk '{ print $2 }' /proc/self/mounts |
    grep -E '^(/run/k3s/|/var/lib/rancher/k3s/|/var/lib/kubelet/(pods|plugins)/|/run/netns/cni-)' |
    sort -r | while read -r place; do umount -l "$(printf %b "$place")"; done
}

links() {
  ip -o link show | awk -F '[ :@]+' '/ master cni0 / { print $2 }' | while read -r link; do
    ip link delete "$link" 2>/dev/null || true
  done
  for link in cni0 flannel.1 flannel-v6.1 kube-ipvs0 flannel-wg flannel-wg-v6; do
    if [ -e "/sys/class/net/$link" ]; then ip link delete "$link"; fi
  done
  find /run/netns -maxdepth 1 -name 'cni-*' -exec rm -f {} + 2>/dev/null || true
}

rules() {
  for tables in iptables ip6tables; do
    if command -v "$tables-save" >/dev/null; then
      "$tables-save" | grep -Ev 'KUBE-|CNI-|FLANNEL|flannel' | "$tables-restore"
    fi
  done
}

# Archives of images stay: they are unstage.sh's, or somebody else's. What is hidden among them is k3s's own.
data() {
  data=/var/lib/rancher/k3s
  [ -d "$data" ] || return 0
  find "$data" -mindepth 1 ! -path "$data/agent" ! -path "$data/agent/images" ! -path "$data/agent/images/[!.]*" -delete
  if [ -d "$data/agent" ]; then find "$data/agent" -maxdepth 1 -type d -empty -delete; fi
}

files() {
  rm -f "/etc/systemd/system/$UNIT.service" "/etc/systemd/system/$UNIT.service.env" /usr/local/bin/k3s
  rm -f "$keeper.service" "$keeper.path"
  systemctl daemon-reload
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  rm -rf /run/k3s /run/flannel /var/lib/cni /var/log/pods /var/log/containers /etc/rancher/node
  find /var/lib/kubelet -mindepth 1 -delete 2>/dev/null || true
  data
  # A disk that is mounted there stays, emptied.
  rmdir /var/lib/rancher/k3s 2>/dev/null || true
  find "$folder" -mindepth 1 ! -path "$marker" ! -path "$folder/.removing" -delete
  rm -f "$marker"
  folder
}

folder() {
  rm -rf "$folder"
  rmdir --ignore-fail-on-non-empty /etc/rancher
}

main
