#!/bin/sh
# Takes our HAProxy off its machine and leaves the machine as it was before.
# Inputs: OWNER; UNIT; KEEP, "yes" to leave the package where install-haproxy.sh brought it, too.
# Output: nothing. Exit: 0, also where it belongs to another owner by now; 70 the package does not go, 75 the package
# manager is busy, 78 an owner that nobody can tell.

set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
. scripts/owned.sh
. scripts/remove-balancer.sh

main() { removed haproxy HAProxy "$UNIT" haproxy.cfg ca.pem .reload .restart; }

main
