#!/bin/sh
# Reads a part of a file.
# Inputs: FILE, an absolute path; OFFSET and SIZE, in bytes. Output: the part in base64, less than SIZE where the file ends.
# Exit: 0, 66 there is no such file.

set -eu

main() {
  if ! [ -f "$FILE" ]; then
    echo "there is no $FILE" >&2
    exit 66
  fi
  tail -c "+$((OFFSET + 1))" "$FILE" | head -c "$SIZE" | base64
}

main
