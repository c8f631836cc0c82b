import { guideHaproxy, guideKeepalived } from "../../../lab/failover/guide";

test("the guide's HAProxy asks for a TCP connection every 10 s", () => {
  const machine = (name: string, address: string) => ({ name, address, role: "server" }) as const;
  expect(guideHaproxy([machine("s1", "10.0.0.11"), machine("s2", "10.0.0.12")])).toBe(`global
    maxconn 4000
    stats socket /run/haproxy-guide/admin.sock mode 600 level admin

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
    server s1 10.0.0.11:6443 check
    server s2 10.0.0.12:6443 check
`);
});

test("the guide's keepalived has a master, and announces it every second, which is keepalived's own default", () => {
  expect(guideKeepalived(0, "10.0.0.100")).toBe(`global_defs {
    enable_script_security
    script_user root
}

vrrp_script haproxy {
    script "/usr/bin/killall -0 haproxy"
    interval 2
}

vrrp_instance k3s {
    interface eth0
    state MASTER
    priority 200
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.100/24
    }
    track_script {
        haproxy
    }
}
`);
  expect(guideKeepalived(1, "10.0.0.100")).toContain("state BACKUP\n    priority 150\n");
});
