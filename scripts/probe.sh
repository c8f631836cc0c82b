#!/bin/sh
# Tells what a machine is and what is on it; changes nothing.
# Inputs: PORTS, the TCP ports that must be free, with spaces between.
# Output: lines of name=value. Exit: 0.

main() {
  # shellcheck source=/dev/null
  if [ -r /etc/os-release ]; then . /etc/os-release; fi
  echo "os=${ID:-unknown} ${VERSION_ID:-}"
  echo "arch=$(uname -m)"
  echo "machine_id=$(cat /etc/machine-id 2>/dev/null)"
  if [ -d /run/systemd/system ]; then echo init=systemd; else echo "init=$(cat /proc/1/comm)"; fi
  echo "cgroups=$(cgroups)"
  if command -v curl >/dev/null; then echo curl=yes; else echo curl=no; fi
  echo "owner=$(cat /etc/rancher/k3s/owner 2>/dev/null)"
  echo "leftovers=$(leftovers)"
  echo "busy=$(busy_ports)"
}

cgroups() {
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    tr '\n' ' ' </sys/fs/cgroup/cgroup.controllers
  else
    awk 'NR > 1 && $4 == 1 { printf "%s ", $1 }' /proc/cgroups
  fi
}

# What another installation of Kubernetes leaves where ours would be.
leftovers() {
  for path in /etc/systemd/system/k3s.service /etc/systemd/system/k3s-agent.service /var/lib/rancher/k3s/server/db \
    /var/lib/rancher/k3s/agent/client-kubelet.crt /etc/rancher/rke2 /etc/kubernetes/kubelet.conf /etc/k0s; do
    if [ -e "$path" ]; then printf '%s ' "$path"; fi
  done
}

# A kernel without IPv6 has no tcp6, and not every awk goes on after a file that is missing.
busy_ports() {
  for port in $PORTS; do
    hex=$(printf ':%04X' "$port")
    if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
      awk -v port="$hex" '$4 == "0A" && $2 ~ port "$" { found = 1 } END { exit !found }'; then
      printf '%s ' "$port"
    fi
  done
}

main
