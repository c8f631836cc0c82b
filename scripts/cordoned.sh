#!/bin/sh
# For scripts that have a node's pods go and come back, as administrator on a server. Inputs: NODE.

# What tells a node that is cordoned here from one that somebody else has cordoned.
mark=k3s-cluster/cordoned
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT

kubectl() { /usr/local/bin/k3s kubectl --kubeconfig /etc/rancher/k3s/k3s.yaml --cache-dir "$cache" "$@"; }

# Another leader of etcd, or a start, takes some seconds. Ends with 69 where the API does not answer after that.
answered() {
  tries=0
  until kubectl get --raw /readyz --request-timeout=2s >/dev/null 2>"$cache/said"; do
    if [ $((tries += 1)) -ge 15 ]; then
      cat "$cache/said" >&2
      exit 69
    fi
    sleep 1
  done
}

# Ends with 69 where the API does not answer.
ours() {
  marked=$(kubectl get node "$NODE" --ignore-not-found -o "jsonpath={.metadata.annotations.$mark}") || exit 69
  [ "$marked" = yes ]
}

uncordon() {
  kubectl uncordon "$NODE" >/dev/null || exit 69
  kubectl annotate node "$NODE" "$mark-" >/dev/null || exit 69
}
