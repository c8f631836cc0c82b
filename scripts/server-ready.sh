#!/bin/sh
# Goes through a server's signs of readiness in their order, and waits for the next one to show.
# Inputs: NODE; SEEN, the last reason that was told; SECONDS_LEFT; PATIENCE, how long one reason may stand.
# Output: nothing. Exit: 0 ready, 1 the unit fails, 75 not yet: the reason is on stderr, told when it changes.

set -eu

main() {
  tls=/var/lib/rancher/k3s/server/tls
  end=$(($(date +%s) + PATIENCE))
  while :; do
    reason=$(next_reason)
    [ -n "$reason" ] || exit 0
    if [ "$(systemctl show -p NRestarts --value k3s)" -ge 5 ]; then
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
  if ! systemctl is-active --quiet k3s; then echo "unit not active"; return; fi
  if ! api "/api/v1/nodes/$NODE?pretty=false" | grep -q "\"cells\":\[\"$NODE\",\"Ready"; then echo "node not Ready"; return; fi
  if ! [ -s /var/lib/rancher/k3s/server/token ]; then echo "token file not written"; return; fi
  if ! grep -Eq '^K10[0-9a-f]{64}::server:.+' /var/lib/rancher/k3s/server/token; then echo "token not complete"; return; fi
  if ! token_accepted; then echo "token not accepted"; return; fi
  if [ "$(api /readyz)" != ok ]; then echo "/readyz not ok"; return; fi
  if ! voter; then echo "not a voter of etcd yet"; fi
}

api() {
  curl -s --max-time 3 --cacert $tls/server-ca.crt --cert $tls/client-admin.crt --key $tls/client-admin.key \
    -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' "https://127.0.0.1:6443$1"
}

token_accepted() {
  code=$(sed -E 's/^K10[0-9a-f]{64}::(.*)$/user = "\1"/' /var/lib/rancher/k3s/server/token |
    curl -s --max-time 3 -K - --cacert $tls/server-ca.crt -o /dev/null -w '%{http_code}' https://127.0.0.1:6443/v1-k3s/readyz)
  [ "$code" = 403 ]
}

voter() {
  curl -s --max-time 3 --cacert $tls/etcd/server-ca.crt --cert $tls/etcd/client.crt --key $tls/etcd/client.key \
    -d '{}' https://127.0.0.1:2382/v3/cluster/member/list | tr '}' '\n' |
    grep "\"name\":\"$NODE-[0-9a-f]*\"" | grep -vq '"isLearner":true'
}

main
