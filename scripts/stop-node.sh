#!/bin/sh
# Stops a node that is to leave, and keeps it from starting again; its pods go on until it is uninstalled.
# Inputs: OWNER; UNIT. Output: nothing. Exit: 0, also where the machine is another's by now.

set -eu

if [ "$(cat /etc/rancher/k3s/owner 2>/dev/null)" != "$OWNER" ]; then exit 0; fi
systemctl disable --now --quiet "$UNIT"
