#!/bin/sh
# Reads what others need to use the cluster. Runs on a ready server.
# Inputs: none. Output: lines of name=base64. Exit: 0.

set -eu

main() {
  server=/var/lib/rancher/k3s/server
  echo "kubeconfig=$(base64 -w 0 /etc/rancher/k3s/k3s.yaml)"
  echo "ca=$(base64 -w 0 $server/tls/server-ca.crt)"
  echo "token=$(base64 -w 0 $server/token)"
  echo "agentToken=$(base64 -w 0 $server/agent-token)"
  echo "id=$(cluster_id | base64 -w 0)"
}

# The identity of kube-system is the cluster's own for as long as it lives.
cluster_id() {
  curl -fsS --max-time 5 --cacert $server/tls/server-ca.crt --cert $server/tls/client-admin.crt \
    --key $server/tls/client-admin.key https://127.0.0.1:6443/api/v1/namespaces/kube-system |
    sed -n 's/.*"uid": *"\([^"]*\)".*/\1/p' | head -n 1
}

main
