#!/bin/sh
# Tells what has become of keepalived since install-keepalived.sh, and what it has; changes nothing.
# Inputs: PEER, the address of a machine that asks, or nothing.
# Output: nothing, where its removal has begun; otherwise lines of name=value: owner ("-" where its file is empty);
# unit=<active or not> <enabled or not>; for each file that is not as it was written file=<path> <missing, changed, or its
# mode and owner>; package=missing where there is no keepalived; serves and holds, the addresses that it may have, and those
# that it has; left=<address/prefix> <interface> for what it has of them with another prefix; group, the same for those who
# hear each other; knows=yes where it sends to the one who asks; haproxy, the status that its HAProxy answers with, 000 for
# none. Exit: 0.

set -eu
. scripts/look-at-files.sh

main() {
  folder=/etc/keepalived-k3s
  if [ -e "$folder/.removing" ]; then return; fi
  owner "$folder/owner"
  echo "unit=$(systemctl is-active keepalived-k3s 2>/dev/null) $(systemctl is-enabled keepalived-k3s 2>/dev/null)"
  if [ -e "$folder/.written" ]; then files <"$folder/.written"; fi
  if ! [ -x /usr/sbin/keepalived ]; then echo package=missing; fi
  if [ -e "$folder/leave" ]; then addresses <"$folder/leave"; fi
  if [ -e "$folder/keepalived.conf" ]; then configured "$folder/keepalived.conf"; fi
  echo "haproxy=$(curl -s -o /dev/null --max-time 1 -w '%{http_code}' --unix-socket /run/haproxy-k3s/health.sock http://localhost/)"
}

addresses() {
  while read -r _ _ address _ device; do
    echo "serves=$address"
    ip -o address show dev "$device" 2>/dev/null | awk -v its="$address" -v device="$device" '
      function plain(text) { sub(/\/.*/, "", text); return text }
      $4 == its { print "holds=" $4; next }
      plain($4) == plain(its) { print "left=" $4, device }'
  done
}

# The password is in it, and comes out of a sum alone. Prefixes are not sent, so that others hear it whatever they are.
configured() {
  echo "group=$(sed -nE '/^ *(version|virtual_router_id|auth_pass) /p; /^ *virtual_ipaddress \{/{ n; s,/.*,,; p; }' "$1" | sha256sum | cut -c 1-16)"
  if [ -n "$PEER" ] && grep -qx " *$PEER" "$1"; then echo knows=yes; fi
}

main
