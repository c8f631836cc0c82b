#!/bin/sh
# Tells what etcd on this server says of itself and of the others; changes nothing.
# Inputs: none. Output: nothing where this machine has no member of etcd; otherwise lines of name=value: self, its name;
# reset, "yes" where etcd has begun again here and the others have not joined it; health, status and members, as etcd answers, or
# nothing where it does not run; active, the others that it has a line to, by their identities in hexadecimal. Exit: 0.

set -eu

main() {
  data=/var/lib/rancher/k3s/server
  # What is left of a node that is being removed is none.
  if [ -e /etc/rancher/k3s/.removing ]; then return; fi
  # The name is there with other datastores, too.
  if ! [ -s $data/db/etcd/name ] || ! [ -d $data/db/etcd/member/wal ]; then return; fi
  echo "self=$(cat $data/db/etcd/name)"
  # Until the others have joined it, those would bring the old etcd back that start by themselves.
  if grep -q '^reset ' /etc/rancher/k3s/.reset 2>/dev/null; then echo reset=yes; fi
  echo "health=$(health)"
  echo "status=$(ask maintenance/status)"
  echo "members=$(ask cluster/member/list)"
  echo "active=$(get metrics | sed -n 's/^etcd_network_active_peers{.*Remote="\([0-9a-f]*\)"} 1$/\1/p' | tr '\n' ' ')"
}

# To tell it etcd asks the others; one that takes too long runs.
health() {
  code=0
  get health || code=$?
  if [ $code -eq 28 ]; then echo '{"reason":"no answer within 3 s"}'; fi
}

# What it tells this machine without asking who it is.
get() { curl -s --noproxy '*' --max-time 3 "http://127.0.0.1:2381/$1"; }

ask() {
  tls=$data/tls/etcd
  curl -s --noproxy '*' --max-time 3 --cacert $tls/server-ca.crt --cert $tls/client.crt --key $tls/client.key \
    -d '{}' "https://127.0.0.1:2382/v3/$1" || :
}

main
