#!/bin/sh
# Writes keepalived's files on a machine and starts it, or has it read them again; does not wait.
# Inputs: OWNER; CONFIG; UNIT_TEXT; LEAVE, what ip is told when keepalived has ended.
# Output: "started", "restarted", "reloaded" or "unchanged". Exit: 0 done, 65 keepalived does not take the configuration
# as it is written, 73 another owner, 78 an owner that nobody can tell.

set -eu
umask 077
. scripts/owned.sh
. scripts/files.sh

main() {
  folder=/etc/keepalived-k3s
  unit=/etc/systemd/system/keepalived-k3s.service
  owned "$folder" keepalived
  (umask 022 && mkdir -p "$folder")
  check
  # It outlives a run that is cut off, so that the next one does what this one has to.
  changed=$folder/.changed
  place "$folder/owner" 0644 "$OWNER" reload
  place "$folder/leave" 0644 "$LEAVE" reload
  place "$folder/keepalived.conf" 0600 "$CONFIG" reload
  place "$unit" 0644 "$UNIT_TEXT" restart
  write "$folder/.written" 0600 "$(written)
"
  systemctl daemon-reload
  systemctl enable --quiet keepalived-k3s
  run
  # What somebody began to remove is whole again.
  rm -f "$folder/.removing"
}

# With 5 keepalived means that it would run, and leave out what it complains of.
check() {
  new=$folder/keepalived.conf.new
  printf %s "$CONFIG" >"$new"
  code=0
  words=$(keepalived -t -f "$new" 2>&1) || code=$?
  rm -f "$new"
  if [ "$code" = 0 ]; then return; fi
  printf 'keepalived -t answers %s\n%s\n' "$code" "$words" >&2
  exit 65
}

run() {
  state=$(systemctl is-active keepalived-k3s) || true
  verb=$(cat "$changed" 2>/dev/null) || true
  if [ "$state" != active ]; then
    verb=start
    systemctl reset-failed keepalived-k3s 2>/dev/null || true
  fi
  case $verb in
    start | reload | restart) systemctl "$verb" keepalived-k3s ;;
    *) echo unchanged; return ;;
  esac
  rm -f "$changed"
  echo "${verb}ed"
}

place() {
  if ! is "$1" "$3" && [ "$(cat "$changed" 2>/dev/null)" != restart ]; then echo "$4" >"$changed"; fi
  write "$1" "$2" "$3"
}

main
