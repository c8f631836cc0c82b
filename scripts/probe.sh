#!/bin/sh
# Tells what a machine is; changes nothing. The other probe-*.sh are sent with it, one after another.
# Inputs: TOOLS, the commands to look for, and MODULES, those of the kernel, with spaces between.
# Output: lines of name=value. Exit: 0.

main() {
  # shellcheck source=/dev/null
  if [ -r /etc/os-release ]; then . /etc/os-release; fi
  echo "os=${ID:-unknown} ${VERSION_ID:-}"
  echo "os_like=${ID_LIKE:-}"
  echo "arch=$(uname -m)"
  echo "kernel=$(uname -r)"
  tell machine_id /etc/machine-id
  tell product_uuid /sys/class/dmi/id/product_uuid
  tell hostname /proc/sys/kernel/hostname
  tell inotify_instances /proc/sys/fs/inotify/max_user_instances
  tell inotify_watches /proc/sys/fs/inotify/max_user_watches
  echo "memory=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo 2>/dev/null)"
  echo "cpus=$(grep -c '^processor' /proc/cpuinfo 2>/dev/null)"
  echo "swap=$(awk 'NR > 1 { printf "%s ", $1 }' /proc/swaps 2>/dev/null)"
  if [ -d /run/systemd/system ]; then systemd; else echo "init=$(cat /proc/1/comm)"; fi
  cgroups
  for tool in $TOOLS; do command -v "$tool" >/dev/null || echo "missing=$tool"; done
  if command -v iptables >/dev/null; then echo "iptables=$(iptables --version 2>/dev/null)"; fi
  for module in $MODULES; do echo "module=$module $(state_of "$module")"; done
  guards
  for path in /run/reboot-required /run/reboot-needed; do if [ -e "$path" ]; then echo "reboot=$path"; fi; done
}

tell() { echo "$1=$(cat "$2" 2>/dev/null)"; }

systemd() {
  echo init=systemd
  echo "systemd=$(systemctl is-system-running 2>/dev/null)"
  echo "failed=$(systemctl list-units --failed --plain --no-legend 2>/dev/null | awk '{ printf "%s ", $1 }')"
  echo "jobs=$(systemctl list-jobs --plain --no-legend 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { printf "%s ", $2 }')"
  for unit in firewalld nm-cloud-setup; do
    if systemctl is-active --quiet "$unit" 2>/dev/null; then echo "active=$unit"; fi
  done
  if command -v timedatectl >/dev/null; then
    echo "ntp=$(timedatectl show --property=NTPSynchronized --value 2>/dev/null)"
  fi
}

cgroups() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo cgroup=2
    echo "cgroups=$(tr '\n' ' ' </sys/fs/cgroup/cgroup.controllers)"
  else
    echo cgroup=1
    echo "cgroups=$(awk 'NR > 1 && $4 == 1 { printf "%s ", $1 }' /proc/cgroups 2>/dev/null)"
  fi
}

# What is built in need not be listed as loaded; modprobe knows it.
state_of() {
  if [ -d "/sys/module/$1" ] || grep -qw "$1" /proc/filesystems 2>/dev/null; then echo loaded
  elif ! command -v modprobe >/dev/null; then echo unknown
  elif modprobe -n -q "$1" 2>/dev/null; then echo available
  else echo absent; fi
}

guards() {
  if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then echo active=ufw; fi
  tell selinux /sys/fs/selinux/enforce
  tell apparmor /sys/module/apparmor/parameters/enabled
  for policy in /usr/share/selinux/packages/k3s.pp /var/lib/selinux/targeted/active/modules/*/k3s; do
    if [ -e "$policy" ]; then echo k3s_selinux=yes; fi
  done
}

main
