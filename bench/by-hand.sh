#!/usr/bin/env bash
# Brings up a k3s cluster as fast as a hand-written script can: what `npm run bench` measures `pulumi up` against.
# Inputs: SSH_CONFIG, a file for ssh -F; SERVERS and AGENTS, words of name=address; MIRROR; VERSION; DISABLE, words.
# Output: lines of "<what> <seconds since the start>", the last one "done". Exit: 0 done, 1 a step failed or took too long.

set -euo pipefail

main() {
  begun=${EPOCHREALTIME//[!0-9]/}
  : "${SSH_CONFIG:?}" "${SERVERS:?}" "${AGENTS=}" "${MIRROR:?}" "${VERSION:?}" "${DISABLE=}"
  read -ra servers <<<"$SERVERS"
  read -ra agents <<<"$AGENTS"
  first=${servers[0]#*=}
  work=$(mktemp -d)
  shared=(-F "$SSH_CONFIG" -o ControlMaster=auto -o ControlPersist=yes -o "ControlPath=$work/%h")
  trap clean_up EXIT
  trap 'exit 1' INT TERM
  password=$(secret) agent_password=$(secret)
  begin "${servers[0]}" & tasks=($!)
  for node in "${servers[@]:1}"; do join server k3s ca "$node" & tasks+=($!); done
  for node in "${agents[@]}"; do join agent k3s-agent api "$node" & tasks+=($!); done
  for task in "${tasks[@]}"; do wait "$task"; done
  await "${#servers[@]}" "$((${#servers[@]} + ${#agents[@]}))" | while read -r line; do say "$line"; done
  promotions
  say "done"
}

# The first server hands out its CA half a second after its start, and the other servers need to wait for nothing else.
# Agents that come before the API would only take processor time from it.
begin() {
  prepare server k3s "$1" "cluster-init: true"
  start k3s "$first" "$password"
  say started
  on "$first" >"$work/ca.new" <<'REMOTE'
timeout 60 sh -c 'until curl -fsk -o /run/k3s-ca https://127.0.0.1:6443/cacerts; do sleep 0.1; done'
sha256sum </run/k3s-ca | cut -d ' ' -f 1
REMOTE
  mv "$work/ca.new" "$work/ca"
  say "CA known"
  on "$first" <<'REMOTE'
timeout 90 sh -c 'until curl -sk -w "%{http_code}" https://127.0.0.1:6443/readyz | grep -q 401; do sleep 0.5; done'
REMOTE
  touch "$work/api"
  say "API answers"
}

join() {
  prepare "$1" "$2" "$4" "server: https://$first:6443"
  until [ -e "$work/$3" ]; do sleep 0.05; done
  if [ "$1" = server ]; then user="server:$password"; else user="node:$agent_password"; fi
  start "$2" "${4#*=}" "K10$(cat "$work/ca")::$user"
}

# Everything that can be done before the cluster's CA is known, with the binary unpacked, too.
prepare() {
  on "${3#*=}" ROLE="$1" UNIT="$2" NAME="${3%%=*}" HOW="$4" AGENT_PASSWORD="$agent_password" \
    DISABLE="${DISABLE// /, }" BASE="$MIRROR/${VERSION/+/%2B}" <<'REMOTE'
if [ "$(uname -m)" = x86_64 ]; then arch=amd64 binary=k3s; else arch=arm64 binary=k3s-arm64; fi
images=k3s-airgap-images-$arch.tar.gz
mkdir -p /usr/local/lib/k3s /etc/rancher/k3s /var/lib/rancher/k3s/agent/images
cd /usr/local/lib/k3s
curl -fsS --no-progress-meter --parallel --remote-name-all "$BASE/sha256sum-$arch.txt" "$BASE/$binary" "$BASE/$images"
sha256sum -c --quiet --ignore-missing "sha256sum-$arch.txt"
chmod 0755 "$binary"
mv "$binary" /usr/local/bin/k3s
mv "$images" /var/lib/rancher/k3s/agent/images
k3s kubectl version --client >/dev/null 2>&1
cat >"/etc/systemd/system/$UNIT.service" <<UNIT_FILE
[Unit]
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s $ROLE
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
UNIT_FILE
systemctl daemon-reload
systemctl enable --quiet "$UNIT"
umask 077
cd /etc/rancher/k3s
printf 'node-name: %s\n%s\ntoken-file: /etc/rancher/k3s/token\n' "$NAME" "$HOW" >config.yaml
if [ "$ROLE" = server ]; then
  printf 'agent-token-file: /etc/rancher/k3s/agent-token\ndisable: [%s]\n' "$DISABLE" >>config.yaml
  printf %s "$AGENT_PASSWORD" >agent-token
fi
REMOTE
}

start() {
  on "$2" UNIT="$1" TOKEN="$3" <<'REMOTE'
umask 077
printf %s "$TOKEN" >/etc/rancher/k3s/token
systemctl start --no-block "$UNIT"
REMOTE
}

# Tells how many voters and Ready nodes there are whenever that changes, until there are as many as wanted.
await() {
  on "$first" VOTERS="$1" NODES="$2" <<'REMOTE'
tls=/var/lib/rancher/k3s/server/tls
voters() {
  curl -s --max-time 2 --cacert $tls/etcd/server-ca.crt --cert $tls/etcd/client.crt --key $tls/etcd/client.key \
    -d '{}' https://127.0.0.1:2382/v3/cluster/member/list | tr '}' '\n' | grep '"name":"' | grep -vc '"isLearner":true'
}
ready() {
  curl -s --max-time 2 --cacert $tls/server-ca.crt --cert $tls/client-admin.crt --key $tls/client-admin.key \
    -H 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' 'https://127.0.0.1:6443/api/v1/nodes?pretty=false' |
    grep -o '"cells":\["[^"]*","Ready' | wc -l
}
seen=""
end=$(($(date +%s) + 240))
until [ "$seen" = "$VOTERS voters, $NODES Ready" ]; do
  if [ "$(date +%s)" -ge "$end" ]; then exit 1; fi
  now="$(voters || true) voters, $(ready || true) Ready"
  if [ "$now" != "$seen" ]; then echo "$now"; else sleep 0.5; fi
  seen=$now
done
REMOTE
}

# The leader looks for a learner to promote every 15 s.
promotions() {
  on "$first" <<'REMOTE'
journalctl -q -u k3s -o short-unix | awk '
  NR == 1 { start = $1 }
  /Promoted learner/ { last = $1 - start; printf "promoted %.1f s after the first start\n", last }
  END { printf "learner ticks %d\n", last / 15 }'
REMOTE
}

# Runs the script on standard input on a machine, after assignments of what follows the address; one connection for all.
on() {
  local address=$1
  shift
  { for variable in "$@"; do printf "%s='%s'\n" "${variable%%=*}" "${variable#*=}"; done; cat; } |
    ssh "${shared[@]}" "$address" sh -eu -s
}

secret() {
  sha256sum /proc/sys/kernel/random/uuid | cut -c 1-48
}

say() {
  local passed=$(((${EPOCHREALTIME//[!0-9]/} - begun) / 1000))
  printf '%s %d.%03d\n' "$*" $((passed / 1000)) $((passed % 1000))
}

clean_up() {
  for task in $(jobs -pr); do kill "$task" || true; done
  for node in "${servers[@]}" "${agents[@]}"; do ssh "${shared[@]}" -O exit "${node#*=}" 2>/dev/null || true; done
  rm -rf "$work"
}

main
