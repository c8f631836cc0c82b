#!/bin/sh
# Sourced. Whoever sources it defines let_go, which gives back what is held, and nothing that another holds by then: it may come
# twice, and from the watcher when the shell that held is dead.

# Goes on for as long as somebody is heard at descriptor 3, who says a line every few seconds; then lets go. The time of the file
# $1 tells of the last line: after SILENCE seconds without one all is let go, and ended; so it is when the shell was killed.
while_heard() {
  watch "$1" 3<&- 9>&- >/dev/null 2>&1 &
  echo held
  while read -r _ <&3; do touch "$1"; done
  let_go
  kill "$!"
}

# By what changes, not by the clock, which may be set meanwhile. A read that waits cannot be interrupted: all is ended.
watch() {
  before=
  silent=0
  while [ "$silent" -lt "$SILENCE" ]; do
    sleep 1
    kill -0 "$$" || break
    now=$(stat -c %y "$1")
    if [ "$now" = "$before" ]; then silent=$((silent + 1)); else silent=0; fi
    before=$now
  done
  let_go
  kill -s KILL 0
}
