#!/bin/sh
# Has etcd on this server change who is in it, or who leads.
# Inputs: PATH_OF, what to do, by its place in etcd's API; BODY, with what, in JSON.
# Output: nothing. Exit: 0, 69 etcd does not do it: why is on stderr.

set -eu

tls=/var/lib/rancher/k3s/server/tls/etcd
answer=$(curl -s --noproxy '*' --max-time 15 -w '\n%{http_code}' --cacert $tls/server-ca.crt --cert $tls/client.crt \
  --key $tls/client.key -d "$BODY" "https://127.0.0.1:2382/v3/$PATH_OF") || :
case $answer in
  *200) ;;
  '' | *000) echo "etcd does not answer" >&2; exit 69 ;;
  *) echo "etcd says $(printf %s "$answer" | sed -n 's/.*"message": *"\([^"]*\)".*/\1/p' | head -n 1)" >&2; exit 69 ;;
esac
