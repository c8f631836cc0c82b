#!/bin/sh
# Tells what has become of this machine's HAProxy since start-haproxy.sh; changes nothing.
# Inputs: UNIT.
# Output: lines of name=value: owner ("-" where its file is empty); unit=<active or not> <enabled or not>, and "silent"
# where it runs and does not answer; for each file that is not as it was written file=<path> <missing, changed, or its
# mode and owner>; package=<installed or missing>. Exit: 0.

set -eu
. scripts/look-at-files.sh

main() {
  folder=/etc/haproxy-k3s
  owner "$folder/owner"
  state=$(systemctl is-active "$UNIT" 2>/dev/null || true)
  echo "unit=$state $(systemctl is-enabled "$UNIT" 2>/dev/null || true)$(silence)"
  if [ -e "$folder/.written" ]; then files <"$folder/.written"; fi
  # It is as it was written, and not what runs.
  if [ -e "$folder/.restart" ]; then echo "file=/etc/systemd/system/$UNIT.service changed"; fi
  if [ -x /usr/sbin/haproxy ]; then echo package=installed; else echo package=missing; fi
}

silence() {
  if [ "$state" != active ]; then return; fi
  curl -s --max-time 2 -o /dev/null --unix-socket /run/haproxy-k3s/health.sock http://localhost/mark || echo ' silent'
}

main
