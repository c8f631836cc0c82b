#!/bin/sh
# The last lines of a unit's journal that say what went wrong, without those that say nothing of it, and without who logs
# in where: a password may hold whatever else an address does.
# Inputs: UNIT. Output: at most 8 lines. Exit: 0.

main() {
  journalctl -u "$UNIT" -n 200 --no-pager -o cat |
    sed -n 's|://[^ ]*@|://…@|g; s/^\[ALERT\][^:]*: *//p; s/^time="[^"]*" level=\(fatal\|error\) msg="\(.*\)"$/\1: \2/p; /^\(panic\|Error\)/p' |
    grep -v -e 'Failed to set sysctl' -e 'Sending HTTP/1.1 503 response' | uniq | tail -n 8
}

main
