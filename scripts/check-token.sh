#!/bin/sh
# Asks the server to join whether it is the one that is meant, takes the token and is ready; leaves no trace there.
# Inputs: SERVER, its address; CA_HASH; USER_PASSWORD; ANSWER, the code that says the password is right;
# PATIENCE, the seconds that it may be getting ready.
# Output: nothing. Exit: 0 both fit, 69 no answer, 75 not ready yet, 76 another CA, 77 token refused.

set -eu

main() {
  ca=$(mktemp /run/k3s-cluster.XXXXXX)
  trap 'rm -f "$ca"' EXIT
  trap 'exit 143' HUP INT PIPE TERM
  end=$(($(date +%s) + PATIENCE))
  fetch
  actual=$(sha256sum "$ca" | cut -d ' ' -f 1)
  if [ "$actual" != "$CA_HASH" ]; then fail 76 "$SERVER belongs to another cluster: its CA is $actual, not $CA_HASH"; fi
  while :; do
    code=$(ask)
    case $code in
      "$ANSWER" | 200) return ;;
      401) fail 77 "$SERVER refuses the token" ;;
      # It has answered just now, so that it is there, and busy; or a balancer hung up, and asks another one next time.
      503 | 000) if late; then fail 75 "$SERVER is not ready yet"; fi ;;
      *) fail 69 "$SERVER answers $code" ;;
    esac
    sleep 0.5
  done
}

late() { [ "$(date +%s)" -ge "$end" ]; }

# Who takes a connection and hangs up (35, 52, 56) is a balancer that has no server at the moment.
fetch() {
  while :; do
    code=0
    curl -fsSk --noproxy '*' --max-time 5 --retry 2 --retry-connrefused -o "$ca" "$SERVER/cacerts" || code=$?
    case $code in
      0) return ;;
      35 | 52 | 56) if late; then fail 75 "nobody behind $SERVER answers"; fi ;;
      *) fail 69 "$SERVER does not answer" ;;
    esac
    sleep 0.5
  done
}

ask() {
  printf '%s\n' "$USER_PASSWORD" | sed 's/[\\"]/\\&/g; s/.*/user = "&"/' |
    curl -s --noproxy '*' --max-time 5 -K - --cacert "$ca" -o /dev/null -w '%{http_code}' "$SERVER/v1-k3s/readyz" || true
}

fail() {
  echo "$2" >&2
  exit "$1"
}

main
