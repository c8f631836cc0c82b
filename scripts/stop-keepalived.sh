#!/bin/sh
# Stops keepalived on a machine, which gives its addresses away.
# Inputs: none. Output: nothing. Exit: 0.

set -eu

systemctl stop keepalived-k3s
