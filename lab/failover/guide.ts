import { inContainer } from "../engine/docker";
import { containerName, type Lab, type LabMachine } from "../machines/model";

/**
 * The balancers that the load balancer guide in the documentation of k3s describes, with its figures: a TCP check every
 * 10 s, every 5 s of a server that is out; an address that is announced every second, which the first machine takes
 * back; a look every 2 s whether there is a process of HAProxy. The guide has machines for them alone; here the
 * servers have them, so that the port is not k3s's own.
 */
export const guide = {
  units: { haproxy: "haproxy-guide", keepalived: "keepalived-guide" },
  socket: "/run/haproxy-guide/admin.sock",
};

export function guideHaproxy(servers: readonly LabMachine[]): string {
  return `global
    maxconn 4000
    stats socket ${guide.socket} mode 600 level admin

defaults
    timeout connect 5s
    timeout client 50s
    timeout server 50s

frontend k3s
    bind *:8443
    mode tcp
    default_backend k3s

backend k3s
    mode tcp
    option tcp-check
    balance roundrobin
    default-server inter 10s downinter 5s
${servers.map(({ name, address }) => `    server ${name} ${address}:6443 check\n`).join("")}`;
}

export function guideKeepalived(place: number, address: string): string {
  return `global_defs {
    enable_script_security
    script_user root
}

vrrp_script haproxy {
    script "/usr/bin/killall -0 haproxy"
    interval 2
}

vrrp_instance k3s {
    interface eth0
    state ${place === 0 ? "MASTER" : "BACKUP"}
    priority ${200 - 50 * place}
    virtual_router_id 51
    virtual_ipaddress {
        ${address}/24
    }
    track_script {
        haproxy
    }
}
`;
}

/** Puts the guide's balancers in the place of others, which stay installed. */
export async function startGuide(
  lab: Lab,
  address: string,
  others: { haproxy: string; keepalived: string },
): Promise<void> {
  const servers = lab.machines.filter(({ role }) => role === "server");
  await Promise.all(
    servers.map(async (machine, place) => {
      const files = {
        HAPROXY: guideHaproxy(servers),
        KEEPALIVED: guideKeepalived(place, address),
        OTHERS: `${others.keepalived} ${others.haproxy}`,
      };
      await run(lab, machine, files, start);
    }),
  );
}

/** Puts the others back where the guide's are. */
export async function stopGuide(lab: Lab, others: { haproxy: string; keepalived: string }): Promise<void> {
  const servers = lab.machines.filter(({ role }) => role === "server");
  const values = { OTHERS: `${others.haproxy} ${others.keepalived}` };
  await Promise.all(servers.map((machine) => run(lab, machine, values, stop)));
}

function run(
  lab: Lab,
  { name }: LabMachine,
  values: Record<string, string>,
  script: string,
): Promise<string> {
  const assignments = Object.entries(values).map(([key, value]) => `${key}='${value}'\n`);
  return inContainer(containerName(lab.name, name), ["sh", "-e", "-s"], assignments.join("") + script);
}

const { haproxy, keepalived } = guide.units;

const start = `
mkdir -p /etc/k3s-guide
printf %s "$HAPROXY" >/etc/k3s-guide/haproxy.cfg
printf %s "$KEEPALIVED" >/etc/k3s-guide/keepalived.conf
cat >/etc/systemd/system/${haproxy}.service <<'UNIT'
[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/k3s-guide/haproxy.cfg
KillMode=mixed
Restart=always
RuntimeDirectory=haproxy-guide

[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/systemd/system/${keepalived}.service <<'UNIT'
[Unit]
After=network-online.target

[Service]
ExecStart=/usr/sbin/keepalived --dont-fork --vrrp --use-file=/etc/k3s-guide/keepalived.conf --pid=/run/keepalived-guide.pid --vrrp_pid=/run/vrrp-guide.pid
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
haproxy -c -q -f /etc/k3s-guide/haproxy.cfg
systemctl daemon-reload
systemctl enable --quiet ${haproxy} ${keepalived}
systemctl disable --quiet --now $OTHERS
systemctl start ${haproxy} ${keepalived}
`;

const stop = `
if systemctl is-enabled --quiet ${haproxy} 2>/dev/null; then
  systemctl disable --quiet --now ${keepalived} ${haproxy}
  systemctl enable --quiet --now $OTHERS
fi
`;
