#!/bin/sh
# For scripts that install a package where it is not, without starting it, and remember what came with it; beside owned.sh.
# Inputs: OWNER; PATIENCE, the seconds that somebody else's installation is waited for.

# By the name of the package, which is its program's, too, and that of the product; sets answer to "there" or "installed".
brought() {
  package=$1 product=$2 folder=/etc/$1-k3s answer=there
  # It outlives a run that is cut off, so that the next one completes it, and knows that the package is ours.
  coming=$folder/package.part
  if ! [ -x "/usr/sbin/$package" ] || [ -e "$coming" ]; then bring; fi
}

bring() {
  mkdir -p "$folder"
  printf %s "$OWNER" >"$folder/owner.new"
  mv -f "$folder/owner.new" "$folder/owner"
  : >>"$coming"
  end=$(($(date +%s) + PATIENCE))
  # Its own service is not ours, and must not come up even for a moment.
  systemctl mask --quiet --runtime "$package.service"
  if command -v apt-get >/dev/null; then apt
  elif command -v dnf >/dev/null; then rpms dnf -qy --setopt=install_weak_deps=False install "$package"
  elif command -v zypper >/dev/null; then rpms zypper -qn install --no-recommends "$package"
  else unavailable "there is neither apt-get nor dnf nor zypper"; fi
  free
  systemctl disable --quiet "$package.service"
  [ -x "/usr/sbin/$package" ] || unavailable "the package brings no /usr/sbin/$package"
  cat "$coming" >>"$folder/package"
  rm -f "$coming"
  # shellcheck disable=SC2034 # for whoever has it brought
  answer=installed
}

free() { systemctl unmask --quiet --runtime "$package.service"; }

apt() {
  if [ -s "$coming" ]; then patiently dpkg --configure -a || unavailable "$(last_word)"; fi
  if debs; then return; fi
  # What this machine knows of packages may be old, or nothing; one source of several may be broken.
  patiently apt-get -q update || lists=$(last_word)
  debs || unavailable "${lists:-$(last_word)}"
}

# The packages that come, and not those that are only renewed, are written down before they do.
debs() {
  patiently apt-get -qs --no-install-recommends install "$package" || return 1
  echo "$said" | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }' >>"$coming"
  patiently apt-get -qy --no-install-recommends install "$package"
}

# All of it comes or nothing; what it needs stays when it goes.
rpms() {
  echo "$package" >"$coming"
  # zypper fails also where it has installed: a reboot is advised, a repository was left out, a script of the package failed.
  if patiently "$@" || [ -x "/usr/sbin/$package" ]; then return; fi
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

unavailable() {
  free
  # Nothing has come, so that nothing has to go.
  if ! [ -s "$coming" ]; then rm -f "$coming"; fi
  fail 69 "$product cannot be installed: $1"
}
