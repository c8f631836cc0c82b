#!/bin/sh
# Lets a node have pods again that drain-node.sh has taken them from; one that somebody else has cordoned stays so.
# Inputs: NODE. Output: nothing. Exit: 0, 69 the API does not answer.

set -eu

cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
kubectl() { /usr/local/bin/k3s kubectl --kubeconfig /etc/rancher/k3s/k3s.yaml --cache-dir "$cache" "$@"; }

ours=$(kubectl get node "$NODE" --ignore-not-found -o 'jsonpath={.metadata.annotations.k3s-cluster/cordoned}') || exit 69
if [ "$ours" != yes ]; then exit 0; fi
kubectl uncordon "$NODE" >/dev/null || exit 69
kubectl annotate node "$NODE" k3s-cluster/cordoned- >/dev/null || exit 69
