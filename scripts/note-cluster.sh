#!/bin/sh
# Keeps the cluster's identity on a server, where it can be read also when no API answers.
# Inputs: ID. Output: nothing. Exit: 0.

set -eu
. scripts/files.sh

write /var/lib/rancher/k3s/server/cluster-id 0600 "$ID"
