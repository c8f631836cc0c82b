#!/bin/sh
# Tells whether something is not there any more, or only in part; changes nothing.
# Inputs: PLACE, the file that it cannot be without; REMOVING, a file that is there while it is removed, or nothing.
# Output: "yes" where it is missing. Exit: 0.

set -eu

main() {
  if [ -e "$PLACE" ] && ! { [ -n "$REMOVING" ] && [ -e "$REMOVING" ]; }; then return; fi
  echo yes
}

main
