#!/bin/sh
# For install-node.sh: has systemd run keep-snapshot-tokens.sh when the folder of snapshots changes. None of this restarts k3s.
# Inputs: KEEPER, the text of that script, empty where there is no etcd; KEEPER_SERVICE and KEEPER_PATH, of its units;
# SNAPSHOTS, a folder that k3s does not make by itself, or empty.

keeper_unit=snapshot-tokens-k3s

write_keeper() {
  if [ -z "$KEEPER" ]; then return; fi
  if [ -n "$SNAPSHOTS" ] && ! [ -d "$SNAPSHOTS" ]; then
    (umask 022 && mkdir -p "$SNAPSHOTS")
    chmod 0700 "$SNAPSHOTS"
  fi
  write /etc/rancher/k3s/keep-snapshot-tokens 0700 "$KEEPER"
  write "/etc/systemd/system/$keeper_unit.service" 0644 "$KEEPER_SERVICE"
  write "/etc/systemd/system/$keeper_unit.path" 0644 "$KEEPER_PATH"
}

# Once by itself: for snapshots that were there before.
start_keeper() {
  if [ -z "$KEEPER" ]; then return; fi
  systemctl enable --quiet "$keeper_unit.path" "$keeper_unit.service"
  systemctl restart "$keeper_unit.path"
  systemctl start --no-block "$keeper_unit.service"
}
