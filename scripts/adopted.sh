#!/bin/sh
# For install-node.sh, where somebody else's k3s is taken over. Inputs: UNIT; ENVIRONMENT.

# All that is changed or removed, as it was, below a folder that is there as a whole or not at all. The argument is that of
# k3s's files.
set_aside() {
  if [ -e "$1/adopted" ]; then return; fi
  rm -rf "$1/.adopted.new"
  mkdir -p "$1/.adopted.new"
  for file in "/etc/systemd/system/$UNIT.service" "/etc/systemd/system/$UNIT.service.env" "$1"/*token \
    "$1/config.yaml" "$1/registries.yaml" "$1"/config.yaml.d/*.[yY]*[mM][lL] /usr/local/bin/k3s*.sh; do
    if ! [ -f "$file" ]; then continue; fi
    kept=$1/.adopted.new$file
    mkdir -p "${kept%/*}"
    cp -p "$file" "$kept"
  done
  mv "$1/.adopted.new" "$1/adopted"
}

# What would say something else when k3s starts again, or remove it. The argument is that of set_aside.
leftovers() {
  for file in "$1"/config.yaml.d/*.[yY]*[mM][lL]; do
    if [ "$file" != "$1/config.yaml.d/registration.yaml" ]; then rm -f "$file"; fi
  done
  rm -f /usr/local/bin/k3s-killall.sh /usr/local/bin/k3s-uninstall.sh /usr/local/bin/k3s-agent-uninstall.sh
  if [ -z "$ENVIRONMENT" ]; then rm -f "/etc/systemd/system/$UNIT.service.env"; fi
}
