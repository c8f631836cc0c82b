#!/bin/sh
# For scripts that take ours off a machine and leave it as it was before; beside owned.sh. A mark tells from the first to the
# last that it has begun: what is half gone must not be taken for a whole one.
# Inputs: OWNER; KEEP, "yes" to leave the package where we brought it, too.

# By the name of the package, the product and the unit, and the names of its files.
removed() {
  package=$1 product=$2 service=$3 folder=/etc/$1-k3s
  shift 3
  if ! [ -e "$folder/owner" ]; then
    if [ -e "$folder/.removing" ]; then last; fi
    return
  fi
  if [ "$(cat "$folder/owner")" != "$OWNER" ]; then
    if named "$folder/owner"; then return; fi
    unnamed "$folder/owner" "$product"
  fi
  : >"$folder/.removing"
  # By itself: one whose file somebody has removed cannot be disabled, and runs all the same.
  systemctl stop "$service" 2>/dev/null || true
  systemctl disable --quiet "$service" 2>/dev/null || true
  # Addresses of its own, whatever it has left.
  if [ -e "$folder/leave" ]; then ip -force -batch "$folder/leave" 2>/dev/null || true; fi
  rm -f "/etc/systemd/system/$service.service" "/etc/systemd/system/$service.service.new"
  systemctl daemon-reload
  systemctl reset-failed "$service" 2>/dev/null || true
  package
  for name in "$@" package .written; do rm -f "$folder/$name"*; done
  rm -f "$folder/owner.new" "$folder/owner"
  last
}

# What somebody else has put there stays.
last() {
  rm -f "$folder/.removing"
  rmdir --ignore-fail-on-non-empty "$folder"
}

package() {
  [ -e "$folder/package" ] || [ -e "$folder/package.part" ] || return 0
  systemctl unmask --quiet --runtime "$package.service"
  if [ "$KEEP" = yes ] || used; then return; fi
  if command -v dpkg >/dev/null; then erase dpkg --purge; else erase rpm -e; fi
}

# By somebody who found it there.
used() {
  systemctl is-active --quiet "$package.service" || systemctl is-enabled --quiet "$package.service" 2>/dev/null
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
      # As when a run was cut off right after it, or somebody has removed it by hand; dpkg takes that for done by itself.
      *"package $name is not installed"*) return 0 ;;
      *'is locked'* | *' lock'*) if [ "$tries" -ge 60 ]; then fail 75 "another installation is going on"; fi ;;
      *) fail 70 "$(echo "$said" | tail -n 1)" ;;
    esac
    tries=$((tries + 1))
    sleep 1
  done
}
