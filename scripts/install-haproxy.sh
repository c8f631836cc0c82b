#!/bin/sh
# Installs HAProxy's package where there is no HAProxy, without starting it, and remembers what came with it.
# Inputs: OWNER; PATIENCE, the seconds that somebody else's installation is waited for.
# Output: "there" or "installed". Exit: 0, 69 not to be had, 71 it is half removed, which is to be completed first,
# 73 another owner, 75 the package manager is busy, 76 too old an HAProxy, 78 an owner that nobody can tell.

set -eu
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
. scripts/owned.sh
. scripts/bring-package.sh

main() {
  owned /etc/haproxy-k3s HAProxy
  if [ -e /etc/haproxy-k3s/.removing ]; then fail 71 "it is half removed"; fi
  brought haproxy HAProxy
  new_enough
  echo "$answer"
}

new_enough() {
  version=$(/usr/sbin/haproxy -v | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
  if [ "${version%.*}" -gt 2 ] || { [ "${version%.*}" = 2 ] && [ "${version#*.}" -ge 2 ]; }; then return; fi
  fail 76 "its HAProxy is version $version, and 2.2 is the first that will do"
}

main
