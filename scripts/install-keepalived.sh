#!/bin/sh
# Writes keepalived's files on a machine and starts it, or has it read them again; does not wait.
# Inputs: OWNER; CONFIG; UNIT_TEXT; LEAVE, what ip is told when keepalived has ended.
# Output: "started", "restarted", "reloaded" or "unchanged". Exit: 0 done, 65 keepalived does not take the configuration
# as it is written, 73 another owner, 78 an owner that nobody can tell.

set -eu
umask 077

main() {
  folder=/etc/keepalived-k3s
  unit=/etc/systemd/system/keepalived-k3s.service
  if [ -e "$folder/owner" ] && [ "$(cat "$folder/owner")" != "$OWNER" ]; then taken; fi
  (umask 022 && mkdir -p "$folder")
  check
  # It outlives a run that is cut off, so that the next one does what this one has to.
  changed=$folder/.changed
  files=
  write "$folder/owner" 0644 "$OWNER" reload
  write "$folder/leave" 0644 "$LEAVE" reload
  write "$folder/keepalived.conf" 0600 "$CONFIG" reload
  write "$unit" 0644 "$UNIT_TEXT" restart
  write "$folder/.written" 0600 "$(written)
" ''
  systemctl daemon-reload
  systemctl enable --quiet keepalived-k3s
  run
  # What somebody began to remove is whole again.
  rm -f "$folder/.removing"
}

taken() {
  case $(cat "$folder/owner") in
    *[![:print:]]*) ;;
    ?*/?*) printf 'its keepalived belongs to %s\n' "$(cat "$folder/owner")" >&2; exit 73 ;;
  esac
  echo "$folder/owner is there and names nobody, so that nobody can tell whom its keepalived belongs to" >&2
  exit 78
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

# What read-keepalived.sh compares with: sum, mode, owner and path of each file that is ours.
written() {
  for file in $files; do
    echo "$(sha256sum <"$file" | cut -d ' ' -f 1) $(stat -c %a:%U:%G "$file") $file"
  done
}

# A reader sees the old file or the new one, and never one that others may read for a moment.
write() {
  files="$files $1"
  if is "$1" "$3"; then protect "$1" "$2"; return; fi
  if [ -n "$4" ] && [ "$(cat "$changed" 2>/dev/null)" != restart ]; then echo "$4" >"$changed"; fi
  printf %s "$3" >"$1.new"
  chmod "$2" "$1.new"
  mv -f "$1.new" "$1"
}

protect() {
  if [ "$(stat -c %a:%U:%G "$1")" = "${2#0}:root:root" ]; then return; fi
  chown root:root "$1"
  chmod "$2" "$1"
}

is() { [ -e "$1" ] && [ "$(cat "$1"; echo .)" = "$(printf '%s.' "$2")" ]; }

main
