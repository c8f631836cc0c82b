#!/bin/sh
# Tells a machine's addresses, names and clock, and whom it reaches; changes nothing. Comes last: see time.
# Inputs: MIRROR, an address to fetch from, or empty, and PROXY, as in stage.sh; PEERS, a line each: <machine>
# <address> <TCP port>.
# Output: lines of name=value; peer=<machine> <port> <open|refused|rejected|filtered>; mirror=<exit code of curl>.
# Exit: 0, within 4 s.

main() {
  if command -v ip >/dev/null; then
    ip -o addr show 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print "address=" $2 " " $4 }'
  fi
  routes
  name localhost &
  name hostname "$(cat /proc/sys/kernel/hostname 2>/dev/null)" &
  if command -v curl >/dev/null; then ways; fi
  wait
  # Last, since the reader compares it with the moment of the answer.
  echo "time=$(date +%s)"
}

routes() {
  awk '$2 == "00000000" && $8 == "00000000" { print "route=" $1 }' /proc/net/route 2>/dev/null
  awk '$1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { print "route=" $10 }' /proc/net/ipv6_route 2>/dev/null
}

# A resolver that is not there takes longer than anybody waits.
name() {
  command -v getent >/dev/null && command -v timeout >/dev/null || return 0
  if timeout 3 getent hosts "${2:-$1}" >/dev/null 2>&1; then echo "resolves=$1"; else echo "unresolved=$1"; fi
}

ways() {
  if [ -n "$MIRROR" ]; then mirror & fi
  while read -r peer address port; do
    if [ -n "$port" ]; then reach "$peer" "$address" "$port" & fi
  done <<END
$PEERS
END
}

mirror() {
  case $PROXY in
    '') ;;
    none) export no_proxy='*' NO_PROXY='*' ;;
    *) export http_proxy="$PROXY" https_proxy="$PROXY" no_proxy='' NO_PROXY='' ;;
  esac
  curl -s -o /dev/null --connect-timeout 3 --max-time 4 "$MIRROR"
  echo "mirror=$?"
}

# Nobody need listen: a refusal has come all the way. Not telnet://, which curl-minimal lacks.
reach() {
  case $2 in *:*) host="[$2]" ;; *) host=$2 ;; esac
  talk=$(curl -s -v --noproxy '*' -o /dev/null --connect-timeout 2 --max-time 2 "http://$host:$3/" 2>&1)
  code=$?
  case $code:$talk in
    *'Connection refused'*) echo "peer=$1 $3 refused" ;;
    *'Connected to '*) echo "peer=$1 $3 open" ;;
    28:*) echo "peer=$1 $3 filtered" ;;
    *) echo "peer=$1 $3 rejected" ;;
  esac
}

main
