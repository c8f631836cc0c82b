#!/bin/sh
# Writes a node's files and starts it, or restarts it when what it runs on has changed; does not wait.
# Inputs: OWNER; VERSION; UNIT and UNIT_TEXT; CONFIG; REGISTRATION, what a node only reads when it registers; TOKEN;
# AGENT_TOKEN, empty on agents; REGISTRIES, ENVIRONMENT, AUTHENTICATION and PUBLIC_ROLE, the texts of files that need not
# be, with OURS, the first line that tells them from those of somebody else; what snapshot-keeper.sh wants; REGISTER,
# "yes" to have it register again; RENEW, "yes" to have its certificates made anew; MADE, "yes" where it was a node before;
# ADOPT, "no", or what a k3s that somebody else installed is taken over with: "keep" where it goes on as it runs, "restart" where
# it has to start again.
# Output: "started", "restarted" or "unchanged". Exit: 0 done, 73 another owner, 75 it was removed, or is only in part:
# that is to be completed first, 70 k3s does not rotate its certificates: why is on stderr, 77 a file of somebody else's is where
# AUTHENTICATION belongs, 78 an owner that nobody can tell.

set -eu
umask 077
. scripts/owned.sh
. scripts/files.sh
. scripts/adopted.sh
. scripts/snapshot-keeper.sh

main() {
  folder=/etc/rancher/k3s
  manifests=/var/lib/rancher/k3s/server/manifests
  if [ -e "$folder/owner" ] && [ "$(cat "$folder/owner")" != "$OWNER" ]; then taken "$folder/owner"; fi
  if [ -e "$folder/owner" ]; then
    if [ -e "$folder/.removing" ]; then exit 75; fi
  elif [ "$MADE" = yes ]; then
    exit 75
  fi
  theirs "$folder/authentication.yaml"
  rm -f "$folder/.removing"
  (umask 022 && mkdir -p "$folder")
  if [ -n "$PUBLIC_ROLE" ]; then (umask 022 && mkdir -p /var/lib/rancher/k3s) && mkdir -p "$manifests"; fi
  # It outlives a run that is cut off, so that the next one restarts what this one has changed.
  changed=$folder/.changed
  adopts=$ADOPT
  if [ -e "$folder/owner" ]; then adopts=no; fi
  # Whose it is, is said last then: until that is done it is to be taken over.
  if [ "$adopts" = no ]; then place "$folder/owner" 0644 "$OWNER"; else set_aside "$folder"; fi
  token
  if [ -n "$AGENT_TOKEN" ]; then place "$folder/agent-token" 0600 "$AGENT_TOKEN"; fi
  place "$folder/config.yaml" 0600 "$CONFIG"
  # A node that is registered already is changed in the API, and not restarted.
  (umask 022 && mkdir -p "$folder/config.yaml.d")
  write "$folder/config.yaml.d/registration.yaml" 0600 "$REGISTRATION"
  if [ "$REGISTER" = yes ]; then mark; fi
  optional "$folder/registries.yaml" "$REGISTRIES"
  optional "/etc/systemd/system/$UNIT.service.env" "$ENVIRONMENT"
  optional "$folder/authentication.yaml" "$AUTHENTICATION"
  optional "$manifests/public-info-viewer.yaml" "$PUBLIC_ROLE"
  binary
  place "/etc/systemd/system/$UNIT.service" 0644 "$UNIT_TEXT"
  write_keeper
  if [ "$RENEW" = yes ]; then certificates; fi
  if [ "$adopts" != no ]; then
    if [ "$adopts" = restart ]; then mark; fi
    leftovers "$folder"
    place "$folder/owner" 0644 "$OWNER"
  fi
  write "$folder/.written" 0600 "$(written)
"
  systemctl daemon-reload
  systemctl enable --quiet "$UNIT"
  start_keeper
  run
}

taken() {
  if named "$1"; then fail 73 "this machine belongs to $(cat "$1")"; fi
  fail 78 "$1 is there and names no node, so that nobody can tell whom this machine belongs to"
}

# Who may log in is said in it: what we have not written is not ours to replace. The list of what we have outlives a cut of power.
theirs() {
  if [ -z "$AUTHENTICATION" ] || ! [ -e "$1" ] || [ "$(head -n 1 "$1")" = "$OURS" ]; then return; fi
  if grep -qs " $1\$" "$folder/.written"; then return; fi
  fail 77 "$1 is there and is somebody else's"
}

run() {
  state=$(systemctl is-active "$UNIT") || true
  if [ "$state" = active ] && ! [ -e "$changed" ]; then echo unchanged; return; fi
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  verb=start
  if [ -e "$changed" ]; then
    # To start a unit that is still starting would leave it with its old files.
    case $state in active | activating | reloading) verb=restart ;; esac
  fi
  systemctl "$verb" --no-block "$UNIT"
  rm -f "$changed"
  echo "${verb}ed"
}

# An agent reads it when it starts, and goes on without it; one that is kept out waits with the one that it began with.
token() {
  if [ "$UNIT" = k3s-agent ] && [ "$(systemctl is-active "$UNIT")" = active ]; then write "$folder/token" 0600 "$TOKEN"; return; fi
  place "$folder/token" 0600 "$TOKEN"
}

# Those that it has are moved away, and made anew when it starts.
certificates() {
  mark
  said=$(/usr/local/bin/k3s certificate rotate 2>&1) || fail 70 "k3s does not rotate its certificates: $(printf '%s\n' "$said" | tail -n 1)"
}

# A unit that runs on what is placed has to be restarted when its text changes.
place() {
  is "$1" "$3" || mark
  write "$@"
}

mark() { [ "$ADOPT" = keep ] || : >"$changed"; }

optional() {
  if [ -n "$2" ]; then place "$1" 0600 "$2"; return; fi
  if [ -e "$1" ] && [ "$(head -n 1 "$1")" = "$OURS" ]; then
    mark
    rm -f "$1"
  fi
}

binary() {
  staged=/usr/local/lib/k3s/$VERSION/k3s
  files="$files /usr/local/bin/k3s"
  if ! [ -e /usr/local/bin/k3s ] || [ "$(sha256sum </usr/local/bin/k3s)" != "$(sha256sum <"$staged")" ]; then
    ln -f "$staged" /usr/local/bin/.k3s.new 2>/dev/null || cp "$staged" /usr/local/bin/.k3s.new
    chmod 0755 /usr/local/bin/.k3s.new
    mark
    mv -f /usr/local/bin/.k3s.new /usr/local/bin/k3s
  fi
  protect /usr/local/bin/k3s 0755
}

main
