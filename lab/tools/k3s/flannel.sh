#!/bin/sh
# The CNI plugin "flannel" for a k3s whose own is not to be had: hands the pod network that flannel
# wrote down to the plugin "bridge" beside it, with what k3s asks flannel to delegate.
# Input: CNI_COMMAND and the other CNI variables, the network configuration on stdin.
# Output: the bridge's answer, or a CNI error as JSON. Exit codes: the bridge's; 1 with an error.
set -u

main() {
  subnet_file=${FLANNEL_SUBNET_ENV:-/run/flannel/subnet.env}
  bridge=${0%/*}/bridge
  case ${CNI_COMMAND:-} in
    ADD) add ;;
    DEL) delete ;;
    CHECK) ;;
    VERSION) exec "$bridge" ;;
    *) fail 4 "CNI_COMMAND is \"${CNI_COMMAND:-}\", not one of ADD, DEL, CHECK, VERSION" ;;
  esac
}

add() {
  read_network || fail 11 "flannel has not written $subnet_file yet: is it running?"
  bridge_network | "$bridge"
}

# A pod that never got a network has nothing to give back.
delete() {
  read_network || return 0
  bridge_network | "$bridge"
}

read_network() {
  [ -r "$subnet_file" ] || return 1
  # shellcheck source=/dev/null
  . "$subnet_file"
  [ -n "${FLANNEL_NETWORK:-}" ] && [ -n "${FLANNEL_SUBNET:-}" ]
}

bridge_network() {
  asked=$(cat)
  if [ "${FLANNEL_IPMASQ:-}" = true ]; then masquerade=false; else masquerade=true; fi
  printf '{"cniVersion":"%s","name":"%s","type":"bridge","bridge":"cni0","mtu":%s,"ipMasq":%s,' \
    "$(field cniVersion "$asked")" "$(field name "$asked")" "${FLANNEL_MTU:-1450}" "$masquerade"
  printf '"isGateway":true,"isDefaultGateway":true,"hairpinMode":true,"forceAddress":true,'
  printf '"ipam":{"type":"host-local","ranges":[[{"subnet":"%s"}]],"routes":[{"dst":"%s"}]}}\n' \
    "$(network_of "$FLANNEL_SUBNET")" "$FLANNEL_NETWORK"
}

# flannel writes the gateway's address (10.42.1.1/24); host-local wants the network's (10.42.1.0/24).
network_of() {
  address=${1%/*}
  printf '%s.%s/%s' "${address%.*}" "$((${address##*.} - 1))" "${1#*/}"
}

# The first of that name is the configuration's own: the later ones are in an earlier plugin's result.
field() {
  printf '%s' "$2" | tr ',' '\n' |
    sed -n 's/^[[:space:]{]*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' | head -n 1
}

fail() {
  printf '{"cniVersion":"1.0.0","code":%s,"msg":"%s"}\n' "$1" "$(printf '%s' "$2" | tr -d '"')"
  exit 1
}

main
