#!/bin/sh
# Removes the object of a node that has left from the API, as administrator on a server. With it goes k3s's copy of the
# node's password, so that another node of this name can come.
# Inputs: NODE; MACHINE_ID, of the machine that it was on, or nothing where that cannot be asked any more; DEAD, "yes" where one
# of another machine is to go, too, unless it is Ready; ELSEWHERE, the address of another server, which is asked where this one
# has left already, or nothing.
# Output: nothing. Exit: 0, also where there is none, or one of another machine; 69 it is still there: why is on stderr; 73
# one of another machine is Ready, and was to go.

set -eu

main() {
  server=https://127.0.0.1:6443
  if [ -n "${ELSEWHERE:-}" ] && [ "$(ask || :)" = 000 ]; then server=$ELSEWHERE; fi
  if [ -n "$MACHINE_ID" ] && elsewhere; then
    if [ "$DEAD" != yes ]; then return; fi
    if ready; then
      echo "another machine is node $NODE, and Ready" >&2
      exit 73
    fi
  fi
  code=$(ask -X DELETE) || fail "the API does not answer"
  case $code in
    200 | 202 | 404) ;;
    *) fail "the API says $code" ;;
  esac
  # k3s finishes what it has to forget before the object goes. If it was this node whose k3s did that for all, another takes
  # over when its lease has run out, after 45 s and more.
  end=$(($(date +%s) + 75))
  until [ "$(ask || :)" = 404 ]; do
    if [ "$(date +%s)" -ge "$end" ]; then fail "the API is still at it after 75 s"; fi
    sleep 0.5
  done
}

# Whatever else it answers, the removal will say what it is.
elsewhere() {
  object=$(api || :)
  case $object in
    *"\"machineID\":\"$MACHINE_ID\""*) return 1 ;;
    *'"machineID":'*) ;;
    *) return 1 ;;
  esac
}

ready() {
  case $object in *'"type":"Ready","status":"True"'*) ;; *) return 1 ;; esac
}

ask() { api -o /dev/null -w '%{http_code}' "$@"; }

api() {
  tls=/var/lib/rancher/k3s/server/tls
  curl -s --noproxy '*' --max-time 10 --cacert "$tls/server-ca.crt" \
    --cert "$tls/client-admin.crt" --key "$tls/client-admin.key" "$@" "$server/api/v1/nodes/$NODE?pretty=false"
}

fail() {
  echo "$1" >&2
  exit 69
}

main
