#!/bin/sh
# Puts a verified k3s beside its later place and unpacks it beforehand; a complete one is left as it is.
# Inputs: VERSION; BASE, the address of its release; IMAGES, "yes" to fetch the image archive, too.
# Output: the binary's sha256. Exit: 0 done, 64 unknown architecture, 65 checksum differs, 69 not to be had.

set -eu
umask 022

main() {
  case $(uname -m) in
    x86_64) arch=amd64 binary=k3s ;;
    aarch64) arch=arm64 binary=k3s-arm64 ;;
    *) fail 64 "k3s has no release for $(uname -m)" ;;
  esac
  folder=/usr/local/lib/k3s/$VERSION
  mkdir -p "$folder"
  fetch "sha256sum-$arch.txt" "$folder/sums"
  obtain "$binary" "$folder/k3s"
  chmod 0755 "$folder/k3s"
  "$folder/k3s" kubectl version --client >/dev/null
  if [ "$IMAGES" = yes ]; then images; fi
  sum_of "$binary"
}

images() {
  archive=$(grep -o "k3s-airgap-images-$arch\.tar[.a-z]*$" "$folder/sums" | sort -r | head -n 1)
  [ -n "$archive" ] || fail 69 "$BASE lists no image archive"
  mkdir -p /var/lib/rancher/k3s/agent/images
  obtain "$archive" "/var/lib/rancher/k3s/agent/images/$archive"
}

# Fetches a file to its place, unless what the release lists is there already.
obtain() {
  if [ -e "$2" ] && [ "$(sha256 "$2")" = "$(sum_of "$1")" ]; then return; fi
  fetch "$1" "$2.part"
  if [ "$(sha256 "$2.part")" != "$(sum_of "$1")" ]; then
    actual=$(sha256 "$2.part")
    rm -f "$2.part"
    fail 65 "$BASE/$1 has sha256 $actual; the release lists $(sum_of "$1")"
  fi
  mv -f "$2.part" "$2"
}

fetch() {
  curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 -o "$2" "$BASE/$1" ||
    fail 69 "$BASE/$1 could not be fetched"
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
