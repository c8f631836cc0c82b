#!/bin/sh
# Removes the object of a node that has left from the API, as administrator on a server. With it goes k3s's copy of the
# node's password, so that another node of this name can come.
# Inputs: NODE. Output: nothing. Exit: 0, also where there is none; 69 it is still there: why is on stderr.

set -eu

main() {
  code=$(ask -X DELETE) || fail "the API does not answer"
  case $code in
    200 | 202 | 404) ;;
    *) fail "the API says $code" ;;
  esac
  # k3s finishes what it has to forget before the object goes.
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if [ "$(ask || :)" = 404 ]; then return; fi
    sleep 0.5
  done
  fail "the API is still at it after 10 s"
}

ask() {
  tls=/var/lib/rancher/k3s/server/tls
  curl -s --noproxy '*' --max-time 10 -o /dev/null -w '%{http_code}' --cacert "$tls/server-ca.crt" \
    --cert "$tls/client-admin.crt" --key "$tls/client-admin.key" "$@" "https://127.0.0.1:6443/api/v1/nodes/$NODE"
}

fail() {
  echo "$1" >&2
  exit 69
}

main
