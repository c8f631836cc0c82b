#!/bin/sh
# Writes the files of this machine's HAProxy and starts it, or has it read them anew; does not wait.
# Inputs: OWNER; UNIT and UNIT_TEXT; CONFIG; MARK, what an HAProxy answers that runs with it; CA_HASH, the SHA-256 of the
# cluster's CA; SERVERS, the addresses that hand it out, with spaces between; TURN, "yes" where one that runs may restart.
# Output: "started", "restarted", "reloaded" or "unchanged"; "waits" where it is to restart, and it is not its turn. Exit: 0 done, 65 HAProxy does not take the configuration,
# and says why, 69 nobody hands out the CA, 73 another owner, 76 only CAs of other clusters, 78 an owner that nobody can tell.

set -eu
umask 077
. scripts/owned.sh
. scripts/files.sh
. scripts/haproxy-page.sh

main() {
  folder=/etc/haproxy-k3s
  owned "$folder" HAProxy
  (umask 022 && mkdir -p "$folder")
  # They outlive a run that is cut off, so that the next one does what this one has begun.
  reload=$folder/.reload restart=$folder/.restart known=/run/haproxy-k3s/servers
  write "$folder/owner" 0644 "$OWNER"
  ca "$folder/ca.pem"
  config "$folder/haproxy.cfg"
  unit "/etc/systemd/system/$UNIT.service"
  write "$folder/.written" 0600 "$(written)
"
  systemctl daemon-reload
  systemctl enable --quiet "$UNIT"
  run
}

# Whatever comes must be what the token was made for: the servers are not believed before.
ca() {
  files="$files $1"
  if [ "$(sum "$1")" = "$CA_HASH" ]; then protect "$1" 0644; return; fi
  code=69 said="no server hands out the CA"
  for server in $SERVERS; do
    curl -fsSk --noproxy '*' --max-time 5 -o "$1.new" "$server/cacerts" || continue
    if [ "$(sum "$1.new")" = "$CA_HASH" ]; then
      chmod 0644 "$1.new"
      : >"$reload"
      mv -f "$1.new" "$1"
      return
    fi
    code=76 said="$server belongs to another cluster: its CA is $(sum "$1.new"), not $CA_HASH"
  done
  rm -f "$1.new"
  fail "$code" "$said"
}

# The one that runs goes on where HAProxy does not take the new one.
config() {
  files="$files $1"
  if is "$1" "$CONFIG"; then protect "$1" 0600; return; fi
  printf %s "$CONFIG" >"$1.new"
  if ! said=$(/usr/sbin/haproxy -c -f "$1.new" 2>&1); then
    rm -f "$1.new"
    fail 65 "$said"
  fi
  : >"$reload"
  mv -f "$1.new" "$1"
}

unit() {
  if ! is "$1" "$UNIT_TEXT"; then : >"$restart"; fi
  write "$1" 0644 "$UNIT_TEXT"
}

run() {
  case $(systemctl is-active "$UNIT" || true) in
    active | reloading) verb=$(needed) ;;
    # To start a unit that is still starting would leave it with its old files.
    activating) verb=restart ;;
    *) verb=start ;;
  esac
  case $verb in
    wait) echo waits; return ;;
    reload) hand_over; systemctl reload "$UNIT" ;;
    *start) systemctl reset-failed "$UNIT" 2>/dev/null || true; systemctl "$verb" --no-block "$UNIT" ;;
  esac
  rm -f "$reload" "$restart"
  echo "${verb}ed"
}

# One that does not answer does not listen to a reload, either.
needed() {
  running=$(ask mark) || : >"$restart"
  if [ -e "$restart" ] && [ "$TURN" != yes ]; then echo wait
  elif [ -e "$restart" ]; then echo restart
  elif [ -e "$reload" ] || [ "$running" != "$MARK" ]; then echo reload
  else echo unchang; fi
}

# A process that begins takes all servers to be in until it has looked, and what it sends to one that is not is lost. So
# it is told which are, by the one before it; where none is, there is nothing to lose. HAProxy's "show servers state".
hand_over() {
  ups=$(ask 'stats;csv' | each_line 'of("status") ~ /^UP/ { print of("pxname") "/" of("svname") }' | tr '\n' ' ')
  awk -v ups="$ups" '
    BEGIN { print 1; any = split(ups, names, " "); for (i in names) is_in[names[i]] = 1 }
    $1 == "default-server" && $2 == "fall" { rise = $5 }
    $1 == "backend" { backend = $2 }
    $1 == "server" && any {
      port = $3
      sub(/.*:/, "", port)
      address = substr($3, 1, length($3) - length(port) - 1)
      gsub(/[][]/, "", address)
      state = (backend "/" $2) in is_in ? 2 : 0
      print 1, backend, ++id, $2, address, state, 0, 1, 1, 1, 1, 0, state ? rise : 0, 6, "0 0 0 -", port, "- 0 0 - - 0"
    }' "$folder/haproxy.cfg" >"$known.new"
  mv -f "$known.new" "$known"
}

sum() { if [ -e "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; fi; }

main
