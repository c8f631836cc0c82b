#!/bin/sh
# For scripts that read a file with a token of k3s: the password alone, or before it what pins it to the cluster's CA.

# The password in such a file, pinned or not.
password() { sed 's/^K10[0-9a-f]*::[^:]*://' "$1"; }

# What stands before the password; nothing where it is not pinned.
pin() { sed -n 's/^\(K10[0-9a-f]*::[^:]*:\).*/\1/p' "$1"; }
