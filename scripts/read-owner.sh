#!/bin/sh
# Tells whose node this machine holds, also while that is being removed. Output: its owner, or nothing. Exit: 0.

set -eu

cat /etc/rancher/k3s/owner 2>/dev/null || :
