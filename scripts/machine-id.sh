#!/bin/sh
# Tells by what a cluster knows this machine. Output: its id, or nothing. Exit: 0.

set -eu

cat /etc/machine-id 2>/dev/null || :
