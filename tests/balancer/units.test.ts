import { haproxy, keepalived } from "../../balancer/paths";
import { haproxyUnit, keepalivedUnit } from "../../balancer/units";

test("HAProxy runs beside the one of its package, and reads a new configuration only when it parses", () => {
  expect(haproxyUnit()).toBe(`[Unit]
Description=HAProxy in front of the servers of k3s
Documentation=man:haproxy(1)
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy-k3s/haproxy.cfg -p /run/haproxy-k3s/haproxy.pid -S /run/haproxy-k3s/master.sock
ExecReload=/usr/sbin/haproxy -c -q -f /etc/haproxy-k3s/haproxy.cfg
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
SuccessExitStatus=143
Restart=always
RestartSec=500ms
Nice=-10
CPUWeight=1000
RuntimeDirectory=haproxy-k3s

[Install]
WantedBy=multi-user.target
`);
});

test("keepalived runs beside the one of its package, ends with our HAProxy and comes back with it", () => {
  expect(keepalivedUnit()).toBe(`[Unit]
Description=The virtual address of k3s
Documentation=man:keepalived(8)
Wants=network-online.target
After=network-online.target haproxy-k3s.service
BindsTo=haproxy-k3s.service
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=/usr/sbin/keepalived --dont-fork --vrrp --use-file=/etc/keepalived-k3s/keepalived.conf --pid=/run/keepalived-k3s/keepalived.pid --vrrp_pid=/run/keepalived-k3s/vrrp.pid
ExecReload=/bin/kill -HUP $MAINPID
ExecStopPost=/bin/sh -c 'ip -force -batch /etc/keepalived-k3s/leave 2>/dev/null; true'
Restart=always
Nice=-10
CPUWeight=1000
RuntimeDirectory=keepalived-k3s

[Install]
WantedBy=multi-user.target haproxy-k3s.service
`);
});

test("nothing of ours is where a package keeps its own, or where k3s-killall.sh would stop it", () => {
  for (const { unit, config, runtime } of [haproxy, keepalived]) {
    expect(unit).not.toMatch(/^(k3s|haproxy$|keepalived$)/);
    expect(config).not.toMatch(/^\/etc\/(haproxy|keepalived)\//);
    expect(runtime).toBe(`/run/${unit}`);
  }
});
