#!/bin/sh
# The first process of a lab machine: opens what the container engine closed, then becomes systemd.
# Inputs: LAB_CLOSED_TO, an address whose traffic is dropped (the workstation, where there is a bastion).
# Output: nothing. Exit: never, unless a mount is refused.
set -eu

main() {
  writable_cgroups
  close_to "${LAB_CLOSED_TO:-}"
  mount --make-rshared /
  exec /sbin/init
}

# Without --privileged the engine mounts these read-only; systemd and the kubelet write to them.
writable_cgroups() {
  mount -o remount,rw /sys
  mount -o remount,rw /sys/fs/cgroup
  for controller in /sys/fs/cgroup/*; do
    if mountpoint -q "$controller"; then
      mount -o remount,bind,rw "$controller"
    fi
  done
}

close_to() {
  [ -n "$1" ] || return 0
  nft -f - <<RULES
table netdev lab_closed {
  chain ingress {
    type filter hook ingress device "eth0" priority -400
    ip saddr $1 drop
  }
}
RULES
}

main
