#!/bin/sh
# Goes through an agent's signs of readiness in their order, and waits for the next one to show.
# Inputs: NODE; SEEN, the last reason that was told; PATIENCE, how long one reason may stand.
# Output: nothing. Exit: 0 ready, 1 the unit fails, 75 not yet: the reason is on stderr, told when it changes.

set -eu

main() {
  agent=/var/lib/rancher/k3s/agent
  end=$(($(date +%s) + PATIENCE))
  while :; do
    reason=$(next_reason)
    [ -n "$reason" ] || exit 0
    if [ "$(systemctl show -p NRestarts --value k3s-agent)" -ge 5 ]; then
      echo "the unit ends again and again" >&2
      exit 1
    fi
    if [ "$reason" != "$SEEN" ] || [ "$(date +%s)" -ge "$end" ]; then break; fi
    sleep 0.5
  done
  echo "$reason" >&2
  exit 75
}

next_reason() {
  if ! systemctl is-active --quiet k3s-agent; then echo "unit not active"; return; fi
  if ! ready; then echo "node not Ready"; fi
}

ready() {
  curl -s --max-time 3 --cacert $agent/server-ca.crt --cert $agent/client-kubelet.crt --key $agent/client-kubelet.key \
    -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' "https://127.0.0.1:6444/api/v1/nodes/$NODE?pretty=false" |
    grep -q "\"cells\":\[\"$NODE\",\"Ready"
}

main
