#!/bin/sh
# Tells what of Kubernetes is on a machine already, and who listens where k3s will; changes nothing.
# Inputs: PORTS, the TCP ports that must be free, with spaces between.
# Output: lines of name=value; owner=- where its file is empty; busy=<port> <process>, which may be empty. Exit: 0.

main() {
  owner /etc/rancher/k3s/owner
  has binary /usr/local/bin/k3s
  has server_unit /etc/systemd/system/k3s.service
  has agent_unit /etc/systemd/system/k3s-agent.service
  has server_data /var/lib/rancher/k3s/server/db
  has agent_data /var/lib/rancher/k3s/agent/client-kubelet.crt
  has password /etc/rancher/node/password
  certificate ca /var/lib/rancher/k3s/server/tls/server-ca.crt
  certificate agent_ca /var/lib/rancher/k3s/agent/server-ca.crt
  has rke2 /etc/rancher/rke2
  has kubeadm /etc/kubernetes/kubelet.conf
  has k0s /etc/k0s
  has k0s /var/lib/k0s
  has microk8s /var/snap/microk8s
  has swarm /var/lib/docker/swarm/docker-state.json
  for port in $PORTS; do listener "$port"; done
}

owner() {
  owner=$(head -n 1 "$1" 2>/dev/null)
  if [ -e "$1" ] && [ -z "$owner" ]; then owner=-; fi
  printf 'owner=%s\n' "$owner"
}

has() { if [ -e "$2" ]; then echo "$1=$2"; fi; }

# The whole file: it is public, and who reads it finds hash and dates.
certificate() { if [ -s "$2" ]; then echo "$1=$(base64 <"$2" | tr -d '\n')"; fi; }

# A kernel without IPv6 has no tcp6, and not every awk goes on after a file that is missing.
listener() {
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && $2 ~ port "$" { print $10; exit }')
  if [ -n "$inode" ]; then echo "busy=$1 $(holder "$inode")"; fi
}

holder() {
  pid=$(stat -L -c '%i %n' /proc/[0-9]*/fd/* 2>/dev/null | awk -v inode="$1" '
    $1 == inode { sub(/\/fd\/.*/, "", $2); sub(/.*\//, "", $2); print $2; exit }')
  if [ -n "$pid" ]; then cat "/proc/$pid/comm" 2>/dev/null; fi
}

main
