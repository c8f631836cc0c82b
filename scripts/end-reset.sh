#!/bin/sh
# Removes what only a reset of etcd needed, once all servers are members again.
# Inputs: DONE, the operation, where this server is the one that was reset; nothing elsewhere. Output: nothing. Exit: 0.

set -eu
umask 077

folder=/etc/rancher/k3s
rm -f $folder/config.yaml.d/rejoin.yaml $folder/.rejoin-token
if [ -n "$DONE" ]; then
  printf %s "done $DONE" >$folder/.reset.new
  mv -f $folder/.reset.new $folder/.reset
fi
