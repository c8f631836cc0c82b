#!/bin/sh
# Stands in front of runc (runc.real beside it) on machines that lack CAP_SYS_RESOURCE: a process may
# not lower its oom_score_adj there, and runc dies on a container that asks for it.
# With the capability, and for every command but "create", it changes nothing.
# Input: runc's own arguments. Output and exit code: runc's own.
set -u

main() {
  bundle=$(bundle_to_create "$@")
  if [ -n "$bundle" ] && [ -w "$bundle/config.json" ] && ! may_lower; then
    raise_score "$bundle/config.json"
  fi
  exec "${0%/*}/runc.real" "$@"
}

bundle_to_create() {
  create=
  bundle=
  while [ $# -gt 0 ]; do
    case $1 in
      create) create=yes ;;
      --bundle | -b) [ $# -gt 1 ] && bundle=$2 && shift ;;
      --bundle=*) bundle=${1#--bundle=} ;;
      --root | --log | --log-format | --pid-file | --console-socket) [ $# -gt 1 ] && shift ;;
    esac
    shift
  done
  [ -z "$create" ] || printf '%s' "$bundle"
}

# CAP_SYS_RESOURCE is bit 24 of the bounding set: the lowest bit of its seventh digit from the right.
may_lower() {
  set_of_capabilities=$(sed -n 's/^CapBnd:[[:space:]]*//p' "$(proc)/status")
  digit=${set_of_capabilities%??????}
  case ${digit#"${digit%?}"} in
    [13579bdfBDF]) return 0 ;;
    *) return 1 ;;
  esac
}

raise_score() {
  wanted=$(sed -n 's/.*"oomScoreAdj":[[:space:]]*\(-\{0,1\}[0-9]\{1,\}\).*/\1/p' "$1" | head -n 1)
  read -r own <"$(proc)/oom_score_adj" || return 0
  [ -n "$wanted" ] && [ "$wanted" -lt "$own" ] || return 0
  sed 's/"oomScoreAdj":[[:space:]]*-\{0,1\}[0-9]\{1,\}/"oomScoreAdj":'"$own"'/' "$1" >"$1.raised" &&
    mv -f "$1.raised" "$1"
}

proc() {
  printf '%s' "${RUNC_WRAPPER_PROC:-/proc/self}"
}

main "$@"
