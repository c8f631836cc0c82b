#!/bin/sh
# Has the cluster take other tokens, on a server that runs; it and all others go by them from their next start on.
# Inputs: TOKEN, AGENT_TOKEN, the new passwords. Output: "rotated", or "unchanged" where the cluster was told before.
# Exit: 0, 65 only the agent token is another, 69 k3s does not do it: why is on stderr, 77 it was told other tokens before, and
# has not started since, though it is to start with them.

set -eu
umask 077
. scripts/token.sh

main() {
  data=/var/lib/rancher/k3s/server
  passwords=$data/cred/passwd
  old=$(password $data/token)
  if [ "$old" = "$TOKEN" ]; then
    if [ "$(agents)" = "$(line)" ]; then rm -f $passwords.before; echo unchanged; return; fi
    fail 65 "k3s changes the agent token along with the server token alone"
  fi
  agent_token
  answer=$(tell "$old")
  # Until it starts again it lets in whom it did: by what is in its file, where it was told others and that was all.
  case $answer in *401) answer=$(tell "$(password /etc/rancher/k3s/token)") ;; esac
  case $answer in
    *401) refused 77 "k3s runs by an older token than it was told last" ;;
    *200) rm -f $passwords.before; echo rotated ;;
    '' | *000) refused 69 "k3s does not answer" ;;
    *) refused 69 "k3s says $(printf %s "$answer" | tail -n 1)" ;;
  esac
}

# k3s tells the cluster its file of passwords together with the server token, and at no other time. A server whose file then
# becomes another by a start with another agent token would not start again.
agent_token() {
  # One is there where that was cut off.
  [ -e $passwords.before ] || cp -p $passwords $passwords.before
  { sed "/$agent\$/d" $passwords.before; line; } >$passwords.new
  mv -f $passwords.new $passwords
}

agent=,node,node,k3s:agent

agents() { grep "$agent\$" $passwords; }

line() { printf '%s%s\n' "$(printf %s "$AGENT_TOKEN" | csv)" "$agent"; }

# As k3s writes it itself: quoted where it has to be.
csv() { sed '/[",]/ { s/"/""/g; s/.*/"&"/; }'; }

# With its time, by which k3s judges it.
refused() {
  mv -f $passwords.before $passwords
  fail "$@"
}

tell() {
  request "$1" | curl -s --noproxy '*' --max-time 60 -w '\n%{http_code}' -X PUT -K - --cacert $data/tls/server-ca.crt \
    https://127.0.0.1:6443/v1-k3s/token || :
}

# What curl would take as arguments, which others could see.
request() {
  # Not by echo, which would take escapes in it for more than text.
  printf 'user = %s\n' "$(printf %s "server:$1" | quoted)"
  printf 'data = %s\n' "$(printf '{"newToken":%s}' "$(printf %s "$TOKEN" | quoted)" | quoted)"
}

quoted() { sed 's/[\\"]/\\&/g; s/.*/"&"/'; }

fail() {
  echo "$2" >&2
  exit "$1"
}

main
