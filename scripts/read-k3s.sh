#!/bin/sh
# Tells how a k3s runs that somebody installed here, whoever did; changes nothing.
# Inputs: none. Output: nothing where there is none; otherwise lines of name=value: data; owner; hostname; known=<a unit of
# k3s's names>; unit, active=yes, version; file, dropin, environment and config=<path> <its text in base64>; registries=<its
# text in base64>; store, etcd or sqlite; server_ca and agent_ca=<SHA-256>; unfinished=yes. Exit: 0.

set -eu

main() {
  folder=/etc/rancher/k3s
  data=/var/lib/rancher/k3s
  if [ -e "$folder/.removing" ]; then return; fi
  if ! [ -e "$data/server/db" ] && ! [ -e "$data/agent/client-kubelet.crt" ]; then return; fi
  echo "data=$data"
  printf 'owner=%s\n' "$(head -n 1 "$folder/owner" 2>/dev/null || :)"
  printf 'hostname=%s\n' "$(cat /proc/sys/kernel/hostname)"
  systemctl list-unit-files --no-legend --plain 'k3s*.service' 2>/dev/null | sed 's/^\([^ ]*\).*/known=\1/'
  unit=$(its_unit)
  if [ -n "$unit" ]; then about "$unit"; fi
  text config "$folder/config.yaml"
  # As k3s has it: by their names, whatever the case of what they end in.
  for file in "$folder"/config.yaml.d/*; do
    case $file in *.[yY][aA][mM][lL] | *.[yY][mM][lL]) text config "$file" ;; esac
  done
  if [ -e "$folder/registries.yaml" ]; then echo "registries=$(base64 -w 0 <"$folder/registries.yaml")"; fi
  store "$data/server/db"
  sum server_ca "$data/server/tls/server-ca.crt"
  sum agent_ca "$data/agent/server-ca.crt"
  if [ -e "$folder/.changed" ]; then echo unfinished=yes; fi
}

# The one that runs, or else one that is there.
its_unit() {
  for name in k3s k3s-agent; do
    if systemctl is-active --quiet "$name"; then echo "$name"; return; fi
  done
  for name in k3s k3s-agent; do
    if [ -n "$(shown "$name" FragmentPath)" ]; then echo "$name"; return; fi
  done
}

shown() { systemctl show -p "$2" --value "$1"; }

about() {
  echo "unit=$1"
  if systemctl is-active --quiet "$1"; then echo active=yes; fi
  text file "$(shown "$1" FragmentPath)"
  for path in $(shown "$1" DropInPaths); do text dropin "$path"; done
  shown "$1" EnvironmentFiles | sed 's/ (ignore_errors=[a-z]*)$//' | while read -r path; do
    text environment "$path"
  done
  binary=$(shown "$1" ExecStart | sed -n 's/^{ path=\([^ ;]*\) .*/\1/p' | tail -n 1)
  # Nothing else is to be run from here.
  case $binary in */k3s) "$binary" --version 2>/dev/null | sed -n 's/^k3s version \([^ ]*\).*/version=\1/p' ;; esac
}

text() { if [ -f "$2" ]; then echo "$1=$2 $(base64 -w 0 <"$2")"; fi; }

store() {
  if [ -d "$1/etcd/member/wal" ]; then
    echo store=etcd
  elif [ -e "$1/state.db" ]; then
    echo store=sqlite
  fi
}

sum() { if [ -s "$2" ]; then echo "$1=$(sha256sum <"$2" | cut -d ' ' -f 1)"; fi; }

main
