/** Everything that k3s is known to leave behind: files, units, mounts, links, rules; save those of logins and of the container itself. */
export const traces = `
find /etc /usr/local /var/lib/rancher /var/lib/kubelet /var/lib/cni /opt /root -xdev 2>/dev/null | sort
systemctl list-unit-files --no-legend | awk '$2 != "transient" { print $1, $2 }' | sort
awk '{ print $2, $3 }' /proc/self/mounts | grep -v '^/run/user/' | sort
ip -o link show | awk -F '[ :@]+' '{ print $2 }' | sort
iptables-save | grep -v '^[#:*C]' | grep -v '^-A DOCKER_' | sort
ps -e -o comm= | grep -E 'k3s|containerd' || true
`;
