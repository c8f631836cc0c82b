#!/bin/sh
# Takes our keepalived off its machine, its addresses first, and leaves the machine as it was before. A mark tells from
# the first to the last that it has begun.
# Inputs: OWNER; KEEP, "yes" to leave the package where bring-keepalived.sh brought it, too.
# Output: nothing. Exit: 0, also where it belongs to another owner by now; 70 the package does not go, 75 the package
# manager is busy, 78 an owner that nobody can tell.

set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

main() {
  folder=/etc/keepalived-k3s
  if ! [ -e "$folder/owner" ]; then
    if [ -e "$folder/.removing" ]; then folder; fi
    return
  fi
  if [ "$(cat "$folder/owner")" != "$OWNER" ]; then taken "$folder/owner"; return; fi
  : >"$folder/.removing"
  systemctl disable --now --quiet keepalived-k3s 2>/dev/null || true
  if [ -e "$folder/leave" ]; then ip -force -batch "$folder/leave" 2>/dev/null || true; fi
  rm -f /etc/systemd/system/keepalived-k3s.service /etc/systemd/system/keepalived-k3s.service.new
  systemctl daemon-reload
  systemctl reset-failed keepalived-k3s 2>/dev/null || true
  package
  rm -f "$folder"/keepalived.conf* "$folder"/leave* "$folder"/package* "$folder/.written" "$folder/.written.new" \
    "$folder/.changed" "$folder/owner.new"
  rm -f "$folder/owner"
  folder
}

# What somebody else has put there stays.
folder() {
  rm -f "$folder/.removing"
  rmdir --ignore-fail-on-non-empty "$folder"
}

package() {
  [ -e "$folder/package" ] || [ -e "$folder/package.part" ] || return 0
  systemctl unmask --quiet --runtime keepalived.service
  if [ "$KEEP" = yes ] || used; then return; fi
  if command -v dpkg >/dev/null; then erase dpkg --purge; else erase rpm -e; fi
}

# By somebody who found it there.
used() {
  systemctl is-active --quiet keepalived.service || systemctl is-enabled --quiet keepalived.service 2>/dev/null
}

# In any order: one that another needs goes after that one, and what others have come to need since stays.
erase() {
  left=$(cat "$folder"/package* | sort -u)
  gone=yes
  while [ -n "$gone" ]; do
    names=$left gone='' left=''
    for name in $names; do
      if erased "$@" "$name"; then gone=yes; else left="$left $name"; fi
    done
  done
}

erased() {
  tries=0
  until said=$("$@" 2>&1); do
    case $said in
      *'dependency problems'* | *'Failed dependencies'*) return 1 ;;
      *'is locked'* | *' lock'*) if [ "$tries" -ge 60 ]; then fail 75 "another installation is going on"; fi ;;
      *) fail 70 "$(echo "$said" | tail -n 1)" ;;
    esac
    tries=$((tries + 1))
    sleep 1
  done
}

taken() {
  case $(cat "$1") in
    *[![:print:]]*) ;;
    ?*/?*) return ;;
  esac
  fail 78 "$1 is there and names nobody, so that nobody can tell whom its keepalived belongs to"
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
