#!/bin/sh
# Sourced. What this machine's HAProxy tells root.

# $1 is mark, by which it tells its configuration, or stats;csv, how it has each server.
ask() { curl -s --max-time 2 --unix-socket /run/haproxy-k3s/health.sock "http://localhost/$1"; }

# Goes through the lines of stats;csv on standard input by the awk program $1, in which of("status") is that of a line; more
# arguments are awk's own.
each_line() {
  program=$1
  shift
  awk -F , "$@" '
    function of(name) { return $at[name] }
    NR == 1 { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
    '"$program"
}
