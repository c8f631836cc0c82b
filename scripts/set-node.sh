#!/bin/sh
# Changes a node's object in the API: on a server as administrator, on an agent as its own kubelet.
# Inputs: NODE; ROLE of the machine that this runs on; PATCH, a merge patch in JSON.
# Output: nothing. Exit: 0, 65 the API does not take it, 69 it does not answer, 75 the object has changed since it was
# read (its resourceVersion is in the patch), 77 who asks may not: what it says is on stderr.

set -eu

main() {
  data=/var/lib/rancher/k3s
  if [ "$ROLE" = server ]; then set -- "$data/server/tls" client-admin 6443; else set -- "$data/agent" client-kubelet "$(port)"; fi
  answer=$(printf %s "$PATCH" | curl -s --noproxy '*' --max-time 10 -w '\n%{http_code}' -X PATCH --data-binary @- \
    -H 'Content-Type: application/merge-patch+json' --cacert "$1/server-ca.crt" --cert "$1/$2.crt" --key "$1/$2.key" \
    "https://127.0.0.1:$3/api/v1/nodes/$NODE?pretty=true") || fail 69 "the API does not answer"
  code=$(printf %s "$answer" | tail -n 1)
  said="the API says $code: $(printf %s "$answer" | sed -n '/^ *"message":/ { s/^[^:]*: *"\(.*\)",*$/\1/; s/\\"/"/g; p; q; }')"
  case $code in
    200) ;;
    403) fail 77 "$said" ;;
    409) fail 75 "$said" ;;
    4*) fail 65 "$said" ;;
    *) fail 69 "$said" ;;
  esac
}

# Where k3s itself asks: its own balancer, or what takes its place (disable-apiserver-lb).
port() {
  port=$(sed -n 's/^ *server: .*:\([0-9]*\)$/\1/p' /var/lib/rancher/k3s/agent/kubelet.kubeconfig 2>/dev/null) || true
  echo "${port:-6444}"
}

fail() {
  printf '%s\n' "$2" >&2
  exit "$1"
}

main
