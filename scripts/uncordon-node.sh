#!/bin/sh
# Lets a node have pods again that drain-node.sh has taken them from; one that somebody else has cordoned stays so.
# Inputs: NODE. Output: nothing. Exit: 0, 69 the API does not answer.

set -eu
. scripts/cordoned.sh

answered
if ours; then uncordon; fi
