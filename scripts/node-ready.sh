#!/bin/sh
# Goes through a node's signs of readiness in their order, and waits for the next one to show.
# Inputs: ROLE, server or agent; NODE; SEEN, the last reason that was told; PATIENCE, the seconds one reason may stand;
# RESTARTS, how often the unit may end by itself.
# Output: nothing. Exit: 0 ready, 1 the unit fails, 75 not yet: the reason is on stderr, told when it changes.

set -eu

main() {
  data=/var/lib/rancher/k3s
  tls=$data/server/tls
  if [ "$ROLE" = server ]; then unit=k3s; else unit=k3s-agent; fi
  end=$(($(date +%s) + PATIENCE))
  while :; do
    reason=$(next_reason)
    [ -n "$reason" ] || exit 0
    # A unit that is active has recovered from what ended it before.
    if [ "$reason" = "unit not active" ] && [ "$(systemctl show -p NRestarts --value "$unit")" -ge "$RESTARTS" ]; then
      echo "the unit ends again and again" >&2
      exit 1
    fi
    if [ "$reason" != "$SEEN" ] || [ "$(date +%s)" -ge "$end" ]; then break; fi
    # Machines may share a processor with what they wait for.
    sleep 1
  done
  echo "$reason" >&2
  exit 75
}

next_reason() {
  if ! systemctl is-active --quiet "$unit"; then
    if [ "$ROLE" = agent ] && refused; then echo "the cluster knows its name by another password"; else echo "unit not active"; fi
    return
  fi
  if ! node_row | grep -qF -e "\"cells\":[\"$NODE\",\"Ready\"" -e "\"cells\":[\"$NODE\",\"Ready,"; then
    echo "node not Ready"
    return
  fi
  if [ "$ROLE" = server ]; then next_server_reason; fi
}

# An agent goes on asking, and is told so each time.
refused() { journalctl -q -o cat -n 5 -u "$unit" 2>/dev/null | grep -q 'Node password rejected'; }

next_server_reason() {
  token=$data/server/token
  if ! [ -s "$token" ]; then echo "token file not written"; return; fi
  if ! grep -Eq '^K10[0-9a-f]{64}::server:.+' "$token"; then echo "token not complete"; return; fi
  if ! token_accepted; then echo "token not accepted"; return; fi
  if [ "$(ask $tls client-admin https://127.0.0.1:6443/readyz)" != ok ]; then echo "/readyz not ok"; return; fi
  if keeps_etcd && ! voter; then echo "not a voter of etcd yet"; fi
}

# The row that kubectl would print; an agent may ask for its own, through its balancer.
node_row() {
  if [ "$ROLE" = server ]; then set -- "$tls" client-admin 6443; else set -- "$data/agent" client-kubelet "$(port)"; fi
  ask "$1" "$2" -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' \
    "https://127.0.0.1:$3/api/v1/nodes/$NODE?pretty=false"
}

# Where k3s itself asks: its own balancer, or what takes its place (disable-apiserver-lb).
port() {
  port=$(sed -n 's/^ *server: .*:\([0-9]*\)$/\1/p' /var/lib/rancher/k3s/agent/kubelet.kubeconfig 2>/dev/null) || true
  echo "${port:-6444}"
}

# 403 is the answer to the right password in the wrong role; a wrong password gets 401.
token_accepted() {
  code=$(sed -E 's/[\\"]/\\&/g; s/^K10[0-9a-f]{64}::(.*)$/user = "\1"/' "$token" |
    curl -s --noproxy '*' --max-time 3 -K - --cacert $tls/server-ca.crt -o /dev/null -w '%{http_code}' https://127.0.0.1:6443/v1-k3s/readyz)
  [ "$code" = 403 ]
}

# A server that neither began a cluster nor joined one keeps its state elsewhere.
keeps_etcd() { grep -Eq '^(cluster-init|server):' /etc/rancher/k3s/config.yaml; }

# By its member's own name: one of the same node that was there before may still be listed.
voter() {
  [ -s $data/server/db/etcd/name ] || return 1
  ask $tls/etcd client -d '{}' https://127.0.0.1:2382/v3/cluster/member/list | tr '}' '\n' |
    grep -F "\"name\":\"$(cat $data/server/db/etcd/name)\"" | grep -vq '"isLearner":true'
}

# A folder and the certificate in it that opens what is asked for; then arguments of curl.
ask() {
  folder=$1 certificate=$2
  shift 2
  curl -s --noproxy '*' --max-time 3 --cacert "$folder/server-ca.crt" --cert "$folder/$certificate.crt" --key "$folder/$certificate.key" "$@"
}

main
