#!/bin/sh
# Tells how the token that a server's cluster has goes with the declared one; shows neither, and changes nothing.
# Inputs: OWNER; TOKEN, the declared password, or nothing. Output: nothing where this is no server of OWNER's that has run;
# otherwise lines of name=value: held, what the cluster has as far as this server knows, and file, what it starts with next:
# "declared", "given" where it is what install-node.sh gave this server, or "other". Exit: 0.

set -eu
. scripts/token.sh

main() {
  folder=/etc/rancher/k3s
  known=/var/lib/rancher/k3s/server/token
  if [ "$(cat $folder/owner 2>/dev/null)" != "$OWNER" ] || [ -e $folder/.removing ]; then return; fi
  if ! [ -s $known ] || ! [ -s $folder/token ]; then return; fi
  pin=$(pin $folder/token)
  file=$(whose "$(password $folder/token)")
  held=$(whose "$(password $known)")
  # It was given another one since k3s wrote that, and has not started with it yet.
  if [ "$held" = other ] && [ "$file" != other ] && newer $folder/token $known; then held=given; fi
  echo "held=$held"
  echo "file=$file"
}

newer() { [ "$(stat -c %Y "$1")" -gt "$(stat -c %Y "$2")" ]; }

whose() {
  if [ "$1" = "$TOKEN" ]; then echo declared; return; fi
  given=$(sed -n "s|^\([0-9a-f]*\) .* $folder/token\$|\1|p" $folder/.written 2>/dev/null) || :
  # Without that nobody can tell.
  if [ -z "$given" ] || [ "$given" = "$(printf %s "$pin$1" | sha256sum | cut -d ' ' -f 1)" ]; then echo given; else echo other; fi
}

main
