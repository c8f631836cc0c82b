#!/bin/sh
# Measures how long writes like those of etcd take to reach the disk where a server keeps its database; leaves nothing.
# Inputs: none.
# Output: nothing where there is a database already; else the 99th percentile in microseconds, which of the writes that
# is, and of how many. Exit: 0, 69 dd does not tell times, 74 dd cannot write.

set -eu
export LC_ALL=C

main() {
  server=/var/lib/rancher/k3s/server
  if [ -d "$server/db/etcd/member/wal" ] || [ -e "$server/db/state.db" ]; then return; fi
  file=$(existing "$server/db")/.k3s-disk-test
  trap 'rm -f "$file"' EXIT
  trap 'exit 143' HUP INT PIPE TERM
  : >"$file"
  # What was downloaded would come in between.
  sync -f "$file" 2>/dev/null || sync
  how=fdatasync
  # busybox has only the other, which here comes to the same: the file grows.
  write || how=fsync
  times=$(writes | microseconds)
  if [ -z "$times" ]; then
    write || fail 74 "$(last_word)"
    fail 69 "its dd does not tell how long it takes"
  fi
  echo "$times" | sort -n |
    awk '{ all[NR] = $1 } END { which = int((99 * NR + 99) / 100); print all[which], which, NR }'
}

existing() {
  found=$1
  while ! [ -e "$found" ]; do
    found=${found%/*}
    if [ -z "$found" ]; then found=/; fi
  done
  echo "${found%/}"
}

writes() {
  end=$(($(date +%s) + 2))
  count=0
  while [ "$count" -lt 100 ] && [ "$(date +%s)" -lt "$end" ]; do
    write || return
    echo "$said"
    count=$((count + 1))
  done
}

# dd takes the time, so that to start it does not count.
write() {
  said=$(dd if=/dev/zero bs=2300 count=1 conv=$how 2>&1 >>"$file")
}

microseconds() {
  awk '/ copied, / { for (i = 2; i <= NF; i++) if ($i ~ /^s(econds)?,/) printf "%.0f\n", $(i - 1) * 1000000 }'
}

last_word() {
  echo "$said" | tail -n 1
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
