#!/bin/sh
# Puts a verified k3s beside its later place and unpacks it beforehand; a complete one is left as it is.
# Inputs: VERSION; BASE, the address of its release; IMAGES, "yes" to fetch the image archive, too; PROXY, the proxy to
# fetch through, "none" for none, or nothing: then it is the machine's environment that says.
# Output: the binary's sha256. Exit: 0 done, 64 unknown architecture, 65 checksum differs, 69 not to be had,
# 74 no room for it.

set -eu
umask 022

main() {
  give_way
  case $(uname -m) in
    x86_64) arch=amd64 binary=k3s ;;
    aarch64) arch=arm64 binary=k3s-arm64 ;;
    *) fail 64 "k3s has no release for $(uname -m)" ;;
  esac
  # Not as arguments, which any user may read: it may hold a password.
  case $PROXY in
    '') ;;
    none) export no_proxy='*' NO_PROXY='*' ;;
    *) export http_proxy="$PROXY" https_proxy="$PROXY" no_proxy='' NO_PROXY='' ;;
  esac
  folder=/usr/local/lib/k3s/$VERSION
  mkdir -p "$folder"
  list "sha256sum-$arch.txt"
  obtain "$binary" "$folder/k3s"
  chmod 0755 "$folder/k3s"
  "$folder/k3s" kubectl version --client >/dev/null
  if [ "$IMAGES" = yes ]; then images; fi
  sum_of "$binary"
}

# What runs here goes first, as etcd does that others wait for: an upgrade has this done beside it.
give_way() {
  renice -n 19 -p $$ >/dev/null
  if command -v ionice >/dev/null; then ionice -c 3 -p $$; fi
  export GOMAXPROCS=1
}

# Some proxies answer whatever they are asked with a page of their own.
list() {
  fetch "$1" "$folder/sums.part"
  if ! grep -Eq "^[0-9a-f]{64}  $binary\$" "$folder/sums.part"; then
    beginning=$(head -n 1 "$folder/sums.part" | cut -c 1-60)
    rm -f "$folder/sums.part"
    fail 65 "$BASE/$1 lists no $binary: it begins with \"$beginning\""
  fi
  mv -f "$folder/sums.part" "$folder/sums"
}

images() {
  archive=$(grep -o "k3s-airgap-images-$arch\.tar[.a-z]*$" "$folder/sums" | sort -r | head -n 1)
  [ -n "$archive" ] || fail 69 "$BASE lists no image archive"
  place=/var/lib/rancher/k3s/agent/images
  mkdir -p "$place"
  # As k3s makes it where it is not there: what is in it may hold passwords of registries.
  chmod 700 /var/lib/rancher/k3s/agent
  if matches "$place/$archive" "$archive"; then return; fi
  # What is there without us is not ours: unstage.sh removes what is written down here.
  echo "$archive" >"$folder/images"
  obtain "$archive" "$place/$archive"
}

# Fetches a file to its place, unless what the release lists is there already.
obtain() {
  if matches "$2" "$1"; then return; fi
  fetch "$1" "$2.part"
  if [ "$(sha256 "$2.part")" != "$(sum_of "$1")" ]; then
    actual=$(sha256 "$2.part")
    rm -f "$2.part"
    fail 65 "$BASE/$1 has sha256 $actual; the release lists $(sum_of "$1")"
  fi
  mv -f "$2.part" "$2"
}

matches() { [ -e "$1" ] && [ "$(sha256 "$1")" = "$(sum_of "$2")" ]; }

fetch() {
  said=$(curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 -o "$2" "$BASE/$1" 2>&1) || lost "$?" "$@"
}

lost() {
  rm -f "$3"
  place=${3%/*}
  if [ "$1" = 23 ]; then
    fail 74 "$2 does not fit into $place, which has $(df -Pk "$place" | awk 'NR == 2 { print int($4 / 1024) }') MiB free"
  fi
  fail 69 "$BASE/$2 could not be fetched: $(echo "$said" | tail -n 1)"
}

sum_of() {
  awk -v name="$1" '$2 == name { print $1; exit }' "$folder/sums"
}

sha256() {
  sha256sum "$1" | cut -d ' ' -f 1
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
