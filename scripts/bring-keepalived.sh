#!/bin/sh
# Installs keepalived's package where there is no keepalived, without starting it, and remembers what came with it.
# Inputs: OWNER; PATIENCE, the seconds that somebody else's installation is waited for.
# Output: "there" or "installed". Exit: 0, 69 not to be had, 73 another owner, 75 the package manager is busy,
# 78 an owner that nobody can tell.

set -eu
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
. scripts/owned.sh
. scripts/bring-package.sh

main() {
  owned /etc/keepalived-k3s keepalived
  brought keepalived keepalived
  echo "$answer"
}

main
