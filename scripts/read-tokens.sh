#!/bin/sh
# Reads the tokens that a server's cluster has.
# Inputs: none. Output: token and agentToken=<base64>. Exit: 0, 69 there are none.

set -eu

main() {
  server=/var/lib/rancher/k3s/server
  if ! [ -s "$server/token" ]; then
    echo "$server/token is missing" >&2
    exit 69
  fi
  echo "token=$(base64 -w 0 <"$server/token")"
  # Without one of its own it is the servers'.
  if [ -s "$server/agent-token" ]; then file=$server/agent-token; else file=$server/token; fi
  echo "agentToken=$(base64 -w 0 <"$file")"
}

main
