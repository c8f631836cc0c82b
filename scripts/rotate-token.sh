#!/bin/sh
# Has the cluster take another server token, on a server that runs; it and all others go by it from their next start on.
# Inputs: TOKEN, the new password. Output: "rotated", or "unchanged" where the cluster was told before.
# Exit: 0, 69 k3s does not do it: why is on stderr.

set -eu

main() {
  data=/var/lib/rancher/k3s/server
  old=$(sed 's/^K10[0-9a-f]*::[^:]*://' $data/token)
  if [ "$old" = "$TOKEN" ]; then echo unchanged; return; fi
  answer=$(request | curl -s --noproxy '*' --max-time 60 -w '\n%{http_code}' -X PUT -K - --cacert $data/tls/server-ca.crt \
    https://127.0.0.1:6443/v1-k3s/token) || :
  case $answer in
    *200) echo rotated ;;
    '' | *000) fail "k3s does not answer" ;;
    *) fail "k3s says $(printf %s "$answer" | tail -n 1)" ;;
  esac
}

# What curl would take as arguments, which others could see.
request() {
  # Not by echo, which would take escapes in it for more than text.
  printf 'user = %s\n' "$(printf %s "server:$old" | quoted)"
  printf 'data = %s\n' "$(printf '{"newToken":%s}' "$(printf %s "$TOKEN" | quoted)" | quoted)"
}

quoted() { sed 's/[\\"]/\\&/g; s/.*/"&"/'; }

fail() {
  echo "$1" >&2
  exit 69
}

main
