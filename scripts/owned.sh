#!/bin/sh
# For scripts that work on what has an owner's file. Inputs: OWNER.

# Ends with 73 or 78 where what is in a folder is another's; the second word says what that is.
owned() {
  if ! [ -e "$1/owner" ] || [ "$(cat "$1/owner")" = "$OWNER" ]; then return; fi
  if named "$1/owner"; then fail 73 "its $2 belongs to $(cat "$1/owner")"; fi
  unnamed "$1/owner" "$2"
}

# A file that names nobody (the power was cut, perhaps) may be this cluster's as well as another's.
named() {
  case $(cat "$1") in
    *[![:print:]]*) return 1 ;;
    ?*/?*) ;;
    *) return 1 ;;
  esac
}

unnamed() { fail 78 "$1 is there and names nobody, so that nobody can tell whom its $2 belongs to"; }

fail() {
  printf '%s\n' "$2" >&2
  exit "$1"
}
