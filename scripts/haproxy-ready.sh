#!/bin/sh
# Looks whether this machine's HAProxy runs as it was told last and has a server to send connections to; waits for it.
# Inputs: UNIT; MARK, what it answers when it runs with its configuration; SEEN, the last reason that was told; PATIENCE,
# the seconds one reason may stand.
# Output: nothing. Exit: 0 ready, 1 it fails, 75 not yet: the reason is on stderr, told when it changes.

set -eu
. scripts/haproxy-page.sh

main() {
  begun=$(date +%s)
  while :; do
    reason=$(next_reason)
    [ -n "$reason" ] || exit 0
    passed=$(($(date +%s) - begun))
    failing
    if [ "$reason" != "$SEEN" ] || [ "$passed" -ge "$PATIENCE" ]; then break; fi
    sleep 1
  done
  echo "$reason" >&2
  exit 75
}

# Neither gets better by waiting.
failing() {
  case $reason in
    "$inactive") [ "$(systemctl show -p NRestarts --value "$UNIT")" -ge 3 ] || return 0 ;;
    "$former" | "$silent") [ "$passed" -ge 10 ] || return 0 ;;
    *) return 0 ;;
  esac
  echo "$reason" >&2
  exit 1
}

inactive="unit not active"
former="it goes on with the configuration from before"
silent="it does not answer"

next_reason() {
  if ! systemctl is-active --quiet "$UNIT"; then echo "$inactive"; return; fi
  if ! running=$(ask mark); then echo "$silent"; return; fi
  if [ "$running" != "$MARK" ]; then echo "$former"; return; fi
  out=$(ask 'stats;csv' | out)
  if [ -n "$out" ]; then echo "no server to send connections to: $out"; fi
}

# Why each server is out, in HAProxy's own short words, such as L7STS and what it was answered; nothing where one is in.
# Until HAProxy has looked it takes all of them to be in.
out() {
  each_line '
    of("svname") == "BACKEND" || of("pxname") !~ /^(ready|alive)$/ { next }
    of("status") ~ /^UP/ && of("check_status") == "L7OK" { any = 1 }
    of("pxname") == "ready" {
      code = of("check_code")
      check = of("check_status")
      # It is looking again.
      sub(/^\* /, "", check)
      list = list (list == "" ? "" : ", ") of("svname") " " check (code == "" || code == 0 ? "" : " " code)
    }
    END { if (!any) print list == "" ? "it knows none" : list }'
}

main
