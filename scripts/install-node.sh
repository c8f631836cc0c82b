#!/bin/sh
# Writes a node's files and starts it, or restarts it when what it runs on has changed; does not wait.
# Inputs: OWNER; VERSION; UNIT and UNIT_TEXT; CONFIG; TOKEN; AGENT_TOKEN, empty on agents; REGISTRIES and ENVIRONMENT,
# the texts of files that need not be, with OURS, the first line that tells them from those of somebody else.
# Output: "started", "restarted" or "unchanged". Exit: 0 done, 73 another owner.

set -eu
umask 077

main() {
  folder=/etc/rancher/k3s
  (umask 022 && mkdir -p "$folder")
  if [ -e "$folder/owner" ] && [ "$(cat "$folder/owner")" != "$OWNER" ]; then
    echo "this machine belongs to $(cat "$folder/owner")" >&2
    exit 73
  fi
  # It outlives a run that is cut off, so that the next one restarts what this one has changed.
  changed=$folder/.changed
  place "$folder/owner" 0644 "$OWNER"
  place "$folder/token" 0600 "$TOKEN"
  if [ -n "$AGENT_TOKEN" ]; then place "$folder/agent-token" 0600 "$AGENT_TOKEN"; fi
  place "$folder/config.yaml" 0600 "$CONFIG"
  optional "$folder/registries.yaml" "$REGISTRIES"
  optional "/etc/systemd/system/$UNIT.service.env" "$ENVIRONMENT"
  binary
  place "/etc/systemd/system/$UNIT.service" 0644 "$UNIT_TEXT"
  systemctl daemon-reload
  systemctl enable --quiet "$UNIT"
  run
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

# A reader sees the old file or the new one, and never one that others may read for a moment.
place() {
  if [ -e "$1" ] && [ "$(stat -c %a "$1")" = "${2#0}" ] && [ "$(cat "$1"; echo .)" = "$(printf '%s.' "$3")" ]; then return; fi
  printf %s "$3" >"$1.new"
  chmod "$2" "$1.new"
  : >"$changed"
  mv -f "$1.new" "$1"
}

optional() {
  if [ -n "$2" ]; then place "$1" 0600 "$2"; return; fi
  if [ -e "$1" ] && [ "$(head -n 1 "$1")" = "$OURS" ]; then
    : >"$changed"
    rm -f "$1"
  fi
}

binary() {
  staged=/usr/local/lib/k3s/$VERSION/k3s
  if [ -e /usr/local/bin/k3s ] && [ "$(sha256sum </usr/local/bin/k3s)" = "$(sha256sum <"$staged")" ]; then return; fi
  ln -f "$staged" /usr/local/bin/.k3s.new 2>/dev/null || cp "$staged" /usr/local/bin/.k3s.new
  chmod 0755 /usr/local/bin/.k3s.new
  : >"$changed"
  mv -f /usr/local/bin/.k3s.new /usr/local/bin/k3s
}

main
