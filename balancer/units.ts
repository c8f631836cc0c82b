import { haproxy, keepalived } from "./paths";

/**
 * The unit of our HAProxy; what it does is in its configuration, so this text hardly ever changes: where it does, so
 * does its form (haproxy.ts). Beside k3s's unit, whose Delegate gives every service a share of the processors of its own,
 * its weight counts and its niceness does not.
 */
export function haproxyUnit(): string {
  const { config, runtime, unit } = haproxy;
  return `[Unit]
Description=HAProxy in front of the servers of k3s
Documentation=man:haproxy(1)
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f ${config} -p ${runtime}/haproxy.pid -S ${runtime}/master.sock
ExecReload=/usr/sbin/haproxy -c -q -f ${config}
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
SuccessExitStatus=143
Restart=always
RestartSec=500ms
Nice=-10
CPUWeight=1000
RuntimeDirectory=${unit}

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The unit of our keepalived. It ends with HAProxy, at once and not when the script has noticed; to be enabled makes
 * HAProxy want it, so that both come back.
 */
export function keepalivedUnit(): string {
  const { config, leave, runtime, unit } = keepalived;
  return `[Unit]
Description=The virtual address of k3s
Documentation=man:keepalived(8)
Wants=network-online.target
After=network-online.target ${haproxy.unit}.service
BindsTo=${haproxy.unit}.service
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=/usr/sbin/keepalived --dont-fork --vrrp --use-file=${config} --pid=${runtime}/keepalived.pid --vrrp_pid=${runtime}/vrrp.pid
ExecReload=/bin/kill -HUP $MAINPID
ExecStopPost=/bin/sh -c 'ip -force -batch ${leave} 2>/dev/null; true'
Restart=always
Nice=-10
CPUWeight=1000
RuntimeDirectory=${unit}

[Install]
WantedBy=multi-user.target ${haproxy.unit}.service
`;
}
