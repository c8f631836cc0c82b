#!/bin/sh
# Takes our keepalived off its machine, its addresses first, and leaves the machine as it was before.
# Inputs: OWNER; KEEP, "yes" to leave the package where bring-keepalived.sh brought it, too.
# Output: nothing. Exit: 0, also where it belongs to another owner by now; 70 the package does not go, 75 the package
# manager is busy, 78 an owner that nobody can tell.

set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
. scripts/owned.sh
. scripts/remove-balancer.sh

main() { removed keepalived keepalived keepalived-k3s keepalived.conf leave .changed; }

main
