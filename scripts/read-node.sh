#!/bin/sh
# Tells what has become of a node since install-node.sh; changes nothing.
# Inputs: UNIT; NODE; ROLE, server or agent.
# Output: nothing, where its removal has begun; otherwise lines of name=value: owner ("-" where its file is empty);
# unit=<active or not> <enabled or not>; for each file that is not as it was written file=<path> <missing, changed, its
# mode and owner, or stopped>; certificate=<one of its own, which it made with all its others, in base64>; node=<the object in
# JSON, "missing", or nothing where the API does not say>. Exit: 0.

set -eu
. scripts/look-at-files.sh

main() {
  folder=/etc/rancher/k3s
  if [ -e "$folder/.removing" ]; then return; fi
  data=/var/lib/rancher/k3s
  owner "$folder/owner"
  echo "unit=$(systemctl is-active "$UNIT" 2>/dev/null) $(systemctl is-enabled "$UNIT" 2>/dev/null)"
  if [ -e "$folder/.written" ]; then files <"$folder/.written"; fi
  keeper=/etc/systemd/system/snapshot-tokens-k3s.path
  if [ -e $keeper ] && ! systemctl is-active --quiet ${keeper##*/}; then echo "file=$keeper stopped"; fi
  if [ "$ROLE" = server ]; then set -- "$data/server/tls" client-admin 6443; else set -- "$data/agent" client-kubelet "$(port)"; fi
  if [ -e "$1/$2.crt" ]; then certificate "$1/$2.crt"; object "$@"; else echo "file=$data missing"; fi
}

# Where k3s itself asks: its own balancer, or what takes its place (disable-apiserver-lb).
port() {
  port=$(sed -n 's/^ *server: .*:\([0-9]*\)$/\1/p' /var/lib/rancher/k3s/agent/kubelet.kubeconfig 2>/dev/null) || true
  echo "${port:-6444}"
}

# Its issuer's is in the same file.
certificate() { echo "certificate=$(sed '/-END CERTIFICATE-/q' "$1" | base64 -w 0)"; }

object() {
  answer=$(curl -s --noproxy '*' --max-time 5 -w '\n%{http_code}' --cacert "$1/server-ca.crt" --cert "$1/$2.crt" \
    --key "$1/$2.key" "https://127.0.0.1:$3/api/v1/nodes/$NODE?pretty=false") || return 0
  case $answer in
    # Not by echo, which would take escapes in it for more than text.
    *200) printf 'node=%s\n' "$answer" | head -n 1 ;;
    *404) echo node=missing ;;
  esac
}

main
