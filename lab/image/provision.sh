#!/bin/sh
# Turns a plain Debian with the lab's packages into the lab's machine. Runs once, while the image is made.
# Output: nothing. Exit: 0 done, otherwise the code of the step that failed.
set -eu

main() {
  users
  sshd
  quiet_services
  identity
}

# root, one user with passwordless sudo, one who has to type the password "lab".
users() {
  useradd --create-home --shell /bin/bash ops
  useradd --create-home --shell /bin/bash admin
  echo 'admin:lab' | chpasswd
  printf 'ops ALL=(ALL) NOPASSWD: ALL\nadmin ALL=(ALL) ALL\n' >/etc/sudoers.d/lab
  chmod 0440 /etc/sudoers.d/lab
}

sshd() {
  cat >/etc/ssh/sshd_config.d/lab.conf <<'CONF'
HostKey /etc/ssh/ssh_host_ecdsa_key
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_authorized_keys
PermitRootLogin prohibit-password
UseDNS no
CONF
  # Keys come from the lab, so that they are pinned before the machine first starts.
  rm -f /etc/ssh/ssh_host_*
  systemctl enable ssh.service
}

# A machine as a hosting company hands it over: the packages are there, nothing of theirs runs.
quiet_services() {
  systemctl disable haproxy.service keepalived.service nftables.service open-iscsi.service iscsid.service
  systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
    e2scrub_reap.service getty.target console-getty.service systemd-udevd.service systemd-timesyncd.service \
    systemd-networkd-wait-online.service systemd-modules-load.service iscsid.socket >/dev/null 2>&1
  mkdir -p /etc/systemd/journald.conf.d
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nForwardToSyslog=no\n' >/etc/systemd/journald.conf.d/lab.conf
  systemctl set-default multi-user.target
}

# Each machine makes its own on its first start.
identity() {
  : >/etc/machine-id
  rm -f /var/lib/dbus/machine-id /etc/hostname
}

main
