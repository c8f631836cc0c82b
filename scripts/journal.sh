#!/bin/sh
# The last lines of a unit's journal that say what went wrong.
# Inputs: UNIT. Output: at most 8 lines. Exit: 0.

main() {
  journalctl -u "$UNIT" -n 200 --no-pager -o cat |
    sed -n 's/^time="[^"]*" level=\(fatal\|error\) msg="\(.*\)"$/\1: \2/p; /^\(panic\|Error\)/p' | uniq | tail -n 8
}

main
