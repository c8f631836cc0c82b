#!/bin/sh
# Keeps a server out of this machine's HAProxy for as long as it hears of whoever wants that: new connections go to others; those
# that are open have a moment to end, and are closed then. One that is the only server in is left in.
# Inputs: SERVER, its name; MOMENT, in tenths of seconds; SILENCE, the seconds without a word after which it may come in again;
# PATIENCE, the seconds until it should be in again after that. Descriptor 3: a line every few seconds, and its end lets it in.
# Output: "held". Exit: 0 it is in again; 69 HAProxy does not do it, 75 it is not to, or it is not in again: why is on stderr.

set -eu
. scripts/heard.sh

# HAProxy forgets it when it starts anew or reloads.
main() {
  umask 077
  read -r _ <&3
  if ! [ -e /etc/haproxy-k3s/owner ]; then fail 75 "no HAProxy of a cluster is here"; fi
  backends=$(its 'of("status") !~ /^MAINT/' | cut -d ' ' -f 1)
  if [ -z "$backends" ]; then fail 75 "$SERVER is not in here, or somebody has taken it out"; fi
  if [ -z "$(others)" ]; then fail 75 "no other server is in here"; fi
  heard=/run/haproxy-k3s/out-$SERVER
  : >"$heard"
  all drain || { let_go; fail 69 "HAProxy does not take the command to drain $SERVER"; }
  none 'of("scur") > 0' "$MOMENT" || all shutdown || true
  while_heard "$heard"
  none 'of("status") !~ /^UP/' "$((PATIENCE * 10))" || fail 75 "$SERVER is not in again: $(its 'of("status") !~ /^UP/' | head -n 1)"
}

let_go() {
  rm -f "$heard"
  all ready || true
}

# Waits for so many tenths of seconds until of none of its entries something is so.
none() {
  left=$2
  while [ -n "$(its "$1")" ]; do
    if [ "$left" -eq 0 ]; then return 1; fi
    left=$((left - 1))
    sleep 0.1
  done
}

all() { for backend in $backends; do action "$backend" "$1" || return; done; }

# By HAProxy's page, since nothing that is on every machine speaks to its admin socket.
action() {
  answer=$(curl -s --max-time 2 -o /dev/null -w '%{redirect_url}' --unix-socket "$socket" -d "s=$SERVER&b=$1&action=$2" http://localhost/stats) || return
  [ "${answer##*;}" = st=DONE ]
}

its() { rows "of(\"svname\") == server && $1"; }

others() { rows 'of("pxname") == "ready" && of("svname") != server && of("svname") != "BACKEND" && of("status") ~ /^UP/'; }

# Those for which something is so: backend, state, and what the last check found.
rows() {
  curl -s --max-time 2 --unix-socket "$socket" 'http://localhost/stats;csv' | awk -F , -v server="$SERVER" '
    function of(name) { return $at[name] }
    NR == 1 { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
    $1 ~ /^(ready|alive)$/ && ('"$1"') { print $1, of("status"), of("check_status") }'
}

socket=/run/haproxy-k3s/health.sock

fail() {
  echo "$2" >&2
  exit "$1"
}

main
