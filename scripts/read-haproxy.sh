#!/bin/sh
# Tells what has become of this machine's HAProxy since start-haproxy.sh; changes nothing.
# Inputs: UNIT.
# Output: lines of name=value: owner ("-" where its file is empty); unit=<active or not> <enabled or not>, and "silent"
# where it runs and does not answer; for each file that is not as it was written file=<path> <missing, changed, or its
# mode and owner>; package=<installed or missing>. Exit: 0.

set -eu

main() {
  folder=/etc/haproxy-k3s
  owner "$folder/owner"
  state=$(systemctl is-active "$UNIT" 2>/dev/null || true)
  echo "unit=$state $(systemctl is-enabled "$UNIT" 2>/dev/null || true)$(silence)"
  if [ -e "$folder/.written" ]; then files <"$folder/.written"; fi
  if [ -x /usr/sbin/haproxy ]; then echo package=installed; else echo package=missing; fi
}

owner() {
  owner=$(head -n 1 "$1" 2>/dev/null || true)
  if [ -e "$1" ] && [ -z "$owner" ]; then owner=-; fi
  printf 'owner=%s\n' "$owner"
}

silence() {
  if [ "$state" != active ]; then return; fi
  curl -s --max-time 2 -o /dev/null --unix-socket /run/haproxy-k3s/health.sock http://localhost/mark || echo ' silent'
}

files() {
  while read -r sum mode path; do
    if ! [ -e "$path" ]; then echo "file=$path missing"; continue; fi
    if [ "$(sha256sum <"$path" | cut -d ' ' -f 1)" != "$sum" ]; then echo "file=$path changed"; fi
    now=$(stat -c %a:%U:%G "$path")
    if [ "$now" != "$mode" ]; then echo "file=$path $now"; fi
  done
}

main
