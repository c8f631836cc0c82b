#!/bin/sh
# Has a node's pods go elsewhere, as administrator on a server: it gets no new ones, and those that it has are evicted, as
# far as their disruption budgets let them. Where that fails the node is as it was.
# Inputs: NODE; TIMEOUT and GRACE, in seconds; GRACE may be -1, for what each pod asks for; EMPTY_DIRS, "delete" where what
# pods keep in an emptyDir may go with them.
# Output: nothing. Exit: 0, also where there is no such node, or none that is Ready, which is cordoned alone; 69 the API
# does not answer, 76 pods stay: which and why is on stderr.

set -eu

. scripts/cordoned.sh

place='{.metadata.name}|{.spec.unschedulable}|{.status.conditions[?(@.type=="Ready")].status}'

main() {
  answered
  found=$(kubectl get node "$NODE" --ignore-not-found -o "jsonpath=$place") || exit 69
  case $found in
    '') return ;;
    # Somebody has cordoned it, or this has, in a run that was cut off: then the mark is there.
    *'|true|'*) ;;
    *) kubectl annotate --overwrite node "$NODE" "$mark=yes" >/dev/null || exit 69 ;;
  esac
  # Nobody is there to end its pods.
  case $found in
    *'|True') ;;
    *) kubectl cordon "$NODE" >/dev/null || exit 69; return ;;
  esac
  set -- --ignore-daemonsets --timeout="${TIMEOUT}s" --grace-period="$GRACE"
  if [ "$EMPTY_DIRS" = delete ]; then set -- "$@" --delete-emptydir-data; fi
  kubectl drain "$NODE" "$@" >/dev/null 2>"$cache/said" || stay
}

stay() {
  if ours; then uncordon; fi
  budgets=$(kubectl get pdb -A -o 'jsonpath={range .items[?(@.status.disruptionsAllowed==0)]}{.metadata.namespace}/{.metadata.name} {end}')
  {
    sed -n 's/^error when evicting pods*\/"\([^"]*\)" -n "\([^"]*\)" (will retry[^)]*): \(.*\)$/\2\/\1: \3/p' "$cache/said" |
      sort -u | grep . || grep -e '^error: ' -e cannot "$cache/said" | tail -n 1
    if [ -n "$budgets" ]; then echo "no pod may go by the disruption budgets ${budgets% }"; fi
  } | awk '{ printf "%s%s", (NR > 1 ? "; " : ""), $0 } END { print "" }' >&2
  exit 76
}

main
