#!/bin/sh
# Looks whether packets come through flannel's tunnel to other nodes and back: their kubelets answer at its far ends, too.
# Inputs: NODE, this one; ONLY, the names of the nodes to try, with spaces between, or nothing for all; PATIENCE, the
# seconds that flannel may take to make its ways.
# Output: a line for each node that answers beside the tunnel and not through it: <node> <address> <UDP port>.
# Exit: 0, 69 the API does not list the nodes.

set -eu

main() {
  nodes=$(mktemp /run/k3s-cluster.XXXXXX)
  trap 'rm -f "$nodes"' EXIT
  trap 'exit 143' HUP INT PIPE TERM
  end=$(($(date +%s) + PATIENCE))
  until list; do
    if late; then
      echo "the API does not list the nodes" >&2
      exit 69
    fi
    sleep 0.5
  done
  tried=0
  while read -r name subnet address port; do
    if [ -n "$port" ]; then try "$name" "${subnet%/*}" "$address" "$port" & fi
    tried=$((tried + 1))
    # A machine may be a small one.
    if [ $((tried % 16)) = 0 ]; then wait; fi
  done <<END
$(peers)
END
  wait
}

# With the certificate that flannel itself has for this.
list() {
  agent=/var/lib/rancher/k3s/agent
  curl -sf --noproxy '*' --max-time 5 -o "$nodes" --cacert $agent/server-ca.crt --cert $agent/client-k3s-controller.crt \
    --key $agent/client-k3s-controller.key "https://127.0.0.1:$(port)/api/v1/nodes?pretty=true"
}

# Where k3s itself asks: its own balancer, or what takes its place (disable-apiserver-lb).
port() {
  port=$(sed -n 's/^ *server: .*:\([0-9]*\)$/\1/p' /var/lib/rancher/k3s/agent/kubelet.kubeconfig 2>/dev/null) || true
  echo "${port:-6444}"
}

# A node's annotations come before its subnet; only those of flannel's tunnels have a port.
peers() {
  awk -F '"' -v self="$NODE" -v only=" $ONLY " '
    $2 == "metadata" { name = kind = four = six = "" }
    $2 == "name" && name == "" { name = $4 }
    $2 == "flannel.alpha.coreos.com/backend-type" { kind = $4 }
    $2 == "flannel.alpha.coreos.com/public-ip" { four = $4 }
    $2 == "flannel.alpha.coreos.com/public-ipv6" { six = $4 }
    $2 == "podCIDR" && name != self && (only == "  " || index(only, " " name " ")) {
      port = kind == "vxlan" ? 8472 : kind != "wireguard" ? "" : $4 ~ /:/ ? 51821 : 51820
      print name, $4, $4 ~ /:/ ? six : four, port
    }' "$nodes"
}

# A node, its end of the tunnel, its own address, the port of the tunnel.
try() {
  while :; do
    case $(ip -o route get "$2" 2>/dev/null) in
      *' dev flannel'*)
        if comes_through "$2"; then return; fi
        # Who does not answer here either is down.
        if ! answers "$3"; then return; fi
        if late; then echo "$1 $3 $4"; return; fi
        ;;
      *) if late; then return; fi ;;
    esac
    sleep 0.5
  done
}

# Any sign will do, a refusal too: firewalls may treat what comes out of the tunnel in their own way.
comes_through() {
  answers "$1" || [ $? -ne 28 ] || ping -c 1 -W 1 "$1" >/dev/null 2>&1
}

# Of the kubelet, which says in plain text that it wants TLS.
answers() {
  case $1 in *:*) set -- "[$1]" ;; esac
  curl -s --noproxy '*' -o /dev/null --connect-timeout 2 --max-time 3 "http://$1:10250/"
}

late() { [ "$(date +%s)" -ge "$end" ]; }

main
