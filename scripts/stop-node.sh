#!/bin/sh
# Stops a node that is to leave, and keeps it from starting again; its pods go on until it is uninstalled.
# Inputs: OWNER; UNIT; GONE, "yes" where its cluster knows it no more, so that it must not be taken for a whole one until it is
# uninstalled. Output: nothing. Exit: 0, also where the machine is another's by now.

set -eu

if [ "$(cat /etc/rancher/k3s/owner 2>/dev/null)" != "$OWNER" ]; then exit 0; fi
if [ "${GONE:-}" = yes ]; then : >/etc/rancher/k3s/.removing; fi
# One whose file somebody has removed cannot be disabled, and runs all the same, unless systemd knows it no more, which is 5.
if [ -e "/etc/systemd/system/$UNIT.service" ]; then systemctl disable --quiet "$UNIT"; fi
systemctl stop "$UNIT" || [ "$?" = 5 ]
