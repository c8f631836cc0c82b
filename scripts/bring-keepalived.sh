#!/bin/sh
# Installs keepalived's package where there is no keepalived, without starting it, and remembers what came with it.
# Inputs: OWNER; PATIENCE, the seconds that somebody else's installation is waited for.
# Output: "there" or "installed". Exit: 0, 69 not to be had, 73 another owner, 75 the package manager is busy,
# 78 an owner that nobody can tell.

set -eu
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

main() {
  folder=/etc/keepalived-k3s
  if [ -e "$folder/owner" ] && [ "$(cat "$folder/owner")" != "$OWNER" ]; then taken "$folder/owner"; fi
  answer=there
  # It outlives a run that is cut off, so that the next one completes it, and knows that the package is ours.
  coming=$folder/package.part
  if ! [ -x /usr/sbin/keepalived ] || [ -e "$coming" ]; then bring; fi
  echo "$answer"
}

bring() {
  mkdir -p "$folder"
  printf %s "$OWNER" >"$folder/owner.new"
  mv -f "$folder/owner.new" "$folder/owner"
  : >>"$coming"
  end=$(($(date +%s) + PATIENCE))
  # Its own service is not ours, and must not come up even for a moment.
  systemctl mask --quiet --runtime keepalived.service
  if command -v apt-get >/dev/null; then apt
  elif command -v dnf >/dev/null; then rpms dnf -qy --setopt=install_weak_deps=False install keepalived
  elif command -v zypper >/dev/null; then rpms zypper -qn install --no-recommends keepalived
  else unavailable "there is neither apt-get nor dnf nor zypper"; fi
  free
  systemctl disable --quiet keepalived.service
  [ -x /usr/sbin/keepalived ] || unavailable "the package brings no /usr/sbin/keepalived"
  cat "$coming" >>"$folder/package"
  rm -f "$coming"
  answer=installed
}

free() { systemctl unmask --quiet --runtime keepalived.service; }

apt() {
  if [ -s "$coming" ]; then patiently dpkg --configure -a || unavailable "$(last_word)"; fi
  if debs; then return; fi
  # What this machine knows of packages may be old, or nothing.
  patiently apt-get -q update || unavailable "$(last_word)"
  debs || unavailable "$(last_word)"
}

# The packages that come, and not those that are only renewed, are written down before they do.
debs() {
  patiently apt-get -qs --no-install-recommends install keepalived || return 1
  echo "$said" | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }' >>"$coming"
  patiently apt-get -qy --no-install-recommends install keepalived
}

# All of it comes or nothing; what it needs stays when it goes.
rpms() {
  echo keepalived >"$coming"
  if patiently "$@"; then return; fi
  : >"$coming"
  unavailable "$(last_word)"
}

# As long as somebody else installs something.
patiently() {
  until said=$("$@" 2>&1); do
    case $said in
      *'Could not get lock'* | *'frontend lock'* | *'System management is locked'*) ;;
      *) return 1 ;;
    esac
    if [ "$(date +%s)" -ge "$end" ]; then free; fail 75 "another installation is going on: $(last_word)"; fi
    sleep 1
  done
}

last_word() { echo "$said" | grep -v '^$' | tail -n 1; }

# A file that names nobody (the power was cut, perhaps) may be this cluster's as well as another's.
taken() {
  case $(cat "$1") in
    *[![:print:]]*) ;;
    ?*/?*) fail 73 "its keepalived belongs to $(cat "$1")" ;;
  esac
  fail 78 "$1 is there and names nobody, so that nobody can tell whom its keepalived belongs to"
}

unavailable() {
  free
  # Nothing has come, so that nothing has to go.
  if ! [ -s "$coming" ]; then rm -f "$coming"; fi
  fail 69 "keepalived cannot be installed: $1"
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
