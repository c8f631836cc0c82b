#!/bin/sh
# Tells on which file systems the folders lie that k3s needs, or those above that exist already; changes nothing.
# Inputs: PLACES, absolute paths with spaces between.
# Output: a line for each: place=<path> <mounted at> <type> <options> <KiB free>. Exit: 0.

main() {
  for place in $PLACES; do
    free_at=$(df -Pk "$(existing "$place")" 2>/dev/null | awk 'NR > 1 { print $4, $6 }')
    point=${free_at#* }
    echo "place=$place $point $(kind "$point") ${free_at%% *}"
  done
}

existing() {
  found=$1
  while ! [ -e "$found" ]; do
    found=${found%/*}
    if [ -z "$found" ]; then found=/; fi
  done
  echo "$found"
}

# What was mounted last covers what was there before.
kind() {
  awk -v point="$1" '$2 == point { kind = $3 " " $4 } END { print kind == "" ? "unknown unknown" : kind }' /proc/self/mounts
}

main
