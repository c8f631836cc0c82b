#!/bin/sh
# Tells what HAProxy and keepalived would meet on a machine; changes nothing.
# Inputs: BALANCERS, "yes" where there are to be some; where there are to be virtual addresses also VIPS, those that must
# be nobody's, with spaces between, and VIP_PORT, the TCP port that they will answer on.
# Output: lines of name=value; network=<interface> <address>/<prefix>; installed=<haproxy or keepalived>, of ours;
# <the same>_owner=<cluster>/<machine>, whose that is; running=<the same>, of somebody else; answers=<address> <curl, ping or arp>, by what it was seen. Exit: 0, within 4 s.

balancers() {
  if [ "${BALANCERS:-}" != yes ]; then return 0; fi
  ip -o addr show 2>/dev/null | awk '$3 ~ /^inet6?$/ { print "network=" $2 " " $4 }'
  for name in haproxy keepalived; do
    if [ -e "/etc/$name-k3s" ]; then echo "installed=$name"; fi
    if [ -s "/etc/$name-k3s/owner" ]; then echo "${name}_owner=$(head -n 1 "/etc/$name-k3s/owner")"; fi
    if systemctl is-active --quiet "$name" 2>/dev/null; then echo "running=$name"; fi
  done
  for address in ${VIPS:-}; do somebody "$address" & done
  wait
}

# What neither answers nor refuses may still say that the address is its own.
somebody() {
  case $1 in *:*) host="[$1]" ;; *) host=$1 ;; esac
  case $(curl -s -v --noproxy '*' -o /dev/null --connect-timeout 2 --max-time 2 "http://$host:$VIP_PORT/" 2>&1) in
    *'Connection refused'* | *'Connected to '*) echo "answers=$1 curl" ;;
    *)
      if ping -c 1 -W 1 "$1" >/dev/null 2>&1; then echo "answers=$1 ping"
      elif ip neigh show to "$1" 2>/dev/null | grep -q REACHABLE; then echo "answers=$1 arp"; fi
      ;;
  esac
}

balancers
