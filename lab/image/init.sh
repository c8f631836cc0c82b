#!/bin/sh
# The first process of a lab machine: opens what the container engine closed, then becomes systemd.
# Output: nothing. Exit: never, unless a mount is refused.
set -eu

main() {
  writable_cgroups
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

main
