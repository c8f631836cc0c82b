#!/bin/sh
# Reads what others need to use the cluster. Runs on a ready server.
# Inputs: none. Output: lines of name=base64. Exit: 0, 69 the API does not tell the cluster's identity.

set -eu

main() {
  server=/var/lib/rancher/k3s/server
  line kubeconfig </etc/rancher/k3s/k3s.yaml
  line ca <$server/tls/server-ca.crt
  line token <$server/token
  line agentToken <$server/agent-token
  id=$(cluster_id)
  if [ -z "$id" ]; then
    echo "the API does not tell the identity of kube-system" >&2
    exit 69
  fi
  echo "$id" | line id
}

line() {
  echo "$1=$(base64 -w 0)"
}

# The identity of kube-system is the cluster's own for as long as it lives.
cluster_id() {
  curl -fsS --noproxy '*' --max-time 5 --cacert $server/tls/server-ca.crt --cert $server/tls/client-admin.crt \
    --key $server/tls/client-admin.key https://127.0.0.1:6443/api/v1/namespaces/kube-system |
    sed -n 's/.*"uid": *"\([^"]*\)".*/\1/p' | head -n 1
}

main
