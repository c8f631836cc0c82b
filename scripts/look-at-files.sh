#!/bin/sh
# For scripts that tell what has become of what files.sh wrote.

owner() {
  owner=$(head -n 1 "$1" 2>/dev/null || true)
  if [ -e "$1" ] && [ -z "$owner" ]; then owner=-; fi
  printf 'owner=%s\n' "$owner"
}

files() {
  while read -r sum mode path; do
    if ! [ -e "$path" ]; then echo "file=$path missing"; continue; fi
    if [ "$(sha256sum <"$path" | cut -d ' ' -f 1)" != "$sum" ]; then echo "file=$path changed"; fi
    now=$(stat -c %a:%U:%G "$path")
    if [ "$now" != "$mode" ]; then echo "file=$path $now"; fi
  done
}
