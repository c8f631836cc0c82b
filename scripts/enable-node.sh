#!/bin/sh
# Has a node start with its machine, or not; what runs goes on.
# Inputs: OWNER; UNIT; ENABLED, "yes" or "no". Output: nothing. Exit: 0, also where the machine is another's by now.

set -eu

if [ "$(cat /etc/rancher/k3s/owner 2>/dev/null)" != "$OWNER" ]; then exit 0; fi
if [ "$ENABLED" = yes ]; then set -- enable; else set -- disable; fi
systemctl "$1" --quiet "$UNIT"
