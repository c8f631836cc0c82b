#!/bin/sh
# Keeps a server out of this machine's HAProxy for as long as it hears of whoever wants that: new connections go to others; those
# that are open have a moment to end, and are closed then. One that is the only server in is left in.
# Inputs: OWNER, whose HAProxy it has to be; SERVER, its name; MOMENT, in seconds; SILENCE, the seconds without a word after
# which it may come in again. Descriptor 3: a line every few seconds, and its end lets it in.
# Output: "held". Exit: 0 it is in again; 69 HAProxy does not do it, 75 it is not to, or it is not in again: why is on stderr.

set -eu
. scripts/haproxy-page.sh
. scripts/heard.sh

socket=/run/haproxy-k3s/health.sock
config=/etc/haproxy-k3s/haproxy.cfg

# HAProxy forgets it when it starts anew or reloads.
main() {
  umask 077
  read -r _ <&3
  if [ "$(cat /etc/haproxy-k3s/owner 2>/dev/null)" != "$OWNER" ]; then fail 75 "no HAProxy of this cluster is here"; fi
  # While it is there, it is we who have taken it out.
  heard=/run/haproxy-k3s/out-$SERVER
  look || fail 69 "HAProxy does not answer"
  theirs=MAINT
  if ! [ -e "$heard" ]; then theirs="MAINT|DRAIN"; fi
  backends=$(its "of(\"status\") !~ /^($theirs)/" | cut -d ' ' -f 1)
  if [ -z "$backends" ]; then fail 75 "$SERVER is not in here, or somebody has taken it out"; fi
  if [ -z "$(others)" ]; then fail 75 "no other server is in here"; fi
  echo "$$" >"$heard"
  # Also where nobody is there any more to be told that it is out.
  trap let_go EXIT
  trap 'exit 143' HUP INT PIPE TERM
  all drain || fail 69 "HAProxy does not take the command to drain $SERVER; one from before this release does, after this run"
  until_none 'of("scur") > 0' "$MOMENT" || all shutdown || true
  while_heard "$heard"
  until_none 'of("status") !~ /^UP/' "$(patience)" || fail 75 "$SERVER is not in again: $(its 'of("status") !~ /^UP/' | head -n 1)"
}

# As long as HAProxy's own times may take to have it in again.
patience() {
  awk '
    $1 == "timeout" && $2 == "connect" { connect = $3 }
    $1 == "timeout" && $2 == "check" { answer = $3 }
    $1 == "default-server" && $2 == "inter" { down = $7 }
    $1 == "default-server" && $2 == "fall" { rise = $5 }
    END { seconds = int(10 + rise * (down + connect + answer) / 1000); print seconds < 300 ? seconds : 300 }' "$config"
}

# Until every backend has been told, since nobody else will do it.
let_go() {
  trap - EXIT
  tries=0
  until anothers || all ready || [ "$tries" -ge 20 ]; do
    tries=$((tries + 1))
    sleep 0.5
  done
  # Last, since what is still to be done of it is done by the watcher, or by the next run.
  anothers || rm -f "$heard"
}

# Whether another run has taken it out since; that one lets it in. It is empty where HAProxy has started anew, without its folder.
anothers() {
  case $(cat "$heard" 2>/dev/null) in
    '' | "$$") return 1 ;;
  esac
}

# Waits so many seconds until of none of its entries something is so.
until_none() {
  end=$(($(date +%s) + $2))
  until look && [ -z "$(its "$1")" ]; do
    if [ "$(date +%s)" -ge "$end" ]; then return 1; fi
    sleep 0.1
  done
}

# Fails where one of them does not, and tells the others all the same.
all() {
  code=0
  for backend in $backends; do action "$backend" "$1" || code=1; done
  return "$code"
}

# By HAProxy's page, since nothing that is on every machine speaks to its admin socket.
action() {
  answer=$(curl -s --max-time 2 -o /dev/null -w '%{redirect_url}' --unix-socket "$socket" -d "s=$SERVER&b=$1&action=$2" http://localhost/stats) || return
  [ "${answer##*;}" = st=DONE ]
}

look() { page=$(ask 'stats;csv') && [ "${page#\# pxname,}" != "$page" ]; }

its() { rows "of(\"svname\") == server && $1"; }

others() { rows 'of("pxname") == "ready" && of("svname") != server && of("svname") != "BACKEND" && of("status") ~ /^UP/'; }

# Those for which something was so at the last look: backend, state, and what the last check found.
rows() {
  echo "$page" | each_line "of(\"pxname\") ~ /^(ready|alive)\$/ && ($1) { print of(\"pxname\"), of(\"status\"), of(\"check_status\") }" -v server="$SERVER"
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
