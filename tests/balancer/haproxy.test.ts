import { type Balancer, haproxyFile } from "../../balancer/haproxy";
import type { HealthCheck } from "../../balancer/haproxy-checks";

const agent: Balancer = {
  node: "a1",
  backends: [
    { name: "s1", address: "10.0.0.11", port: 6443 },
    { name: "s2", address: "fd00::12", port: 6443 },
  ],
  listeners: [{ address: "127.0.0.1", port: 16443 }],
  health: "anonymous-health",
  mark: "5e",
};

const stats = {
  listener: { address: "*", port: 1936 },
  user: "admin",
  password: "secret",
  metrics: "beside" as const,
};

test("an agent's balancer passes connections to ready servers, and to running ones where none is ready", () => {
  expect(haproxyFile(agent)).toBe(`# From the cluster's manifest: what is changed here is overwritten.

global
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    maxconn 4000
    stats socket /run/haproxy-k3s/admin.sock mode 600 level admin
    server-state-file /run/haproxy-k3s/servers
    hard-stop-after 4h

defaults
    mode tcp
    load-server-state-from-file global
    balance roundrobin
    option tcpka
    retries 2
    option redispatch 1
    timeout client 4h
    timeout server 4h
    default-server check check-ssl check-sni kubernetes verify required ca-file /etc/haproxy-k3s/ca.pem
    default-server on-marked-down shutdown-sessions
    timeout connect 750ms
    timeout check 600ms
    default-server inter 750ms fastinter 250ms downinter 1000ms
    default-server fall 2 rise 2

frontend kubernetes
    bind 127.0.0.1:16443
    use_backend alive if { nbsrv(ready) eq 0 }
    default_backend ready

backend ready
    option httpchk GET /readyz
    http-check expect status 200
    server s1 10.0.0.11:6443
    server s2 [fd00::12]:6443

backend alive
    option httpchk GET /livez?exclude=etcd
    http-check expect status 200
    server s1 10.0.0.11:6443
    server s2 [fd00::12]:6443

frontend health
    mode http
    bind unix@/run/haproxy-k3s/health.sock mode 600
    timeout client 5s
    monitor-uri /
    monitor fail if { nbsrv(ready) eq 0 } { nbsrv(alive) eq 0 }
    http-request return status 200 content-type text/plain string 5e if { path /mark }
    http-request return status 200 content-type text/plain string most if { path /majority } { nbsrv(ready) ge 2 }
    stats enable
    stats uri /stats
    stats admin if TRUE
`);
});

test.each([
  [1, 1],
  [3, 2],
  [4, 3],
  [5, 3],
])("says whether most of %i servers are ready: %i", (count, most) => {
  const backends = Array.from({ length: count }, (_, index) => ({
    ...{ name: `s${index + 1}`, address: `10.0.0.1${index}`, port: 6443 },
  }));
  expect(haproxyFile({ ...agent, backends })).toContain(`{ path /majority } { nbsrv(ready) ge ${most} }\n`);
});

test("a server that answers 401 to strangers is ready, and there is nothing to fall back to", () => {
  const text = haproxyFile({ ...agent, health: "any-401" });
  expect(from(text, "frontend kubernetes")).toBe(`frontend kubernetes
    bind 127.0.0.1:16443
    default_backend ready

backend ready
    option httpchk GET /readyz
    http-check expect status 200,401
    server s1 10.0.0.11:6443
    server s2 [fd00::12]:6443

frontend health
    mode http
    bind unix@/run/haproxy-k3s/health.sock mode 600
    timeout client 5s
    monitor-uri /
    monitor fail if { nbsrv(ready) eq 0 }
    http-request return status 200 content-type text/plain string 5e if { path /mark }
    http-request return status 200 content-type text/plain string most if { path /majority } { nbsrv(ready) ge 2 }
    stats enable
    stats uri /stats
    stats admin if TRUE
`);
});

test("how strangers came to be let in makes no difference", () => {
  const text = (health: HealthCheck) => haproxyFile({ ...agent, health });
  expect(text("anonymous-auth")).toBe(text("anonymous-health"));
});

test.each([
  ["127.0.0.1", "bind 127.0.0.1:8443"],
  ["*", "bind *:8443"],
  ["::", "bind [::]:8443 v4v6"],
  ["fd00::1", "bind [fd00::1]:8443 transparent"],
  ["10.0.0.100", "bind 10.0.0.100:8443 transparent"],
  ["::1", "bind [::1]:8443"],
])("to listen on %s is %s", (address, line) => {
  const text = haproxyFile({ ...agent, listeners: [...agent.listeners, { address, port: 8443 }] });
  expect(text).toContain(`frontend kubernetes\n    bind 127.0.0.1:16443\n    ${line}\n    use_backend`);
});

test("the times of checks can be others", () => {
  const timing = {
    interval: 2000,
    fastInterval: 500,
    downInterval: 5000,
    connect: 1500,
    answer: 1250,
    fall: 3,
    rise: 4,
  };
  expect(haproxyFile({ ...agent, timing })).toContain(`
    timeout connect 1500ms
    timeout check 1250ms
    default-server inter 2000ms fastinter 500ms downinter 5000ms
    default-server fall 3 rise 4
`);
});

describe("the statistics page", () => {
  test("asks for a password, but not for its metrics", () => {
    expect(from(haproxyFile({ ...agent, stats }), "frontend stats")).toBe(`frontend stats
    mode http
    bind *:1936
    timeout client 30s
    timeout http-request 10s
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /
    stats auth 'admin:secret'
    stats refresh 5s
    stats show-node a1
    stats hide-version
    stats admin if LOCALHOST
`);
  });

  test("has its metrics elsewhere", () => {
    const metrics = { address: "10.0.0.21", port: 9101 };
    expect(
      from(haproxyFile({ ...agent, stats: { ...stats, metrics } }), "frontend stats"),
    ).toBe(`frontend stats
    mode http
    bind *:1936
    timeout client 30s
    timeout http-request 10s
    stats enable
    stats uri /
    stats auth 'admin:secret'
    stats refresh 5s
    stats show-node a1
    stats hide-version
    stats admin if LOCALHOST

frontend metrics
    mode http
    bind 10.0.0.21:9101 transparent
    timeout client 30s
    timeout http-request 10s
    http-request use-service prometheus-exporter if { path /metrics }
`);
  });

  test("has no metrics where they are closed", () => {
    expect(haproxyFile({ ...agent, stats: { ...stats, metrics: "closed" } })).not.toContain("prometheus");
  });

  test.each([
    ["two words # and a comment", `'admin:two words # and a comment'`],
    ["$HOME\\n%[env(HOME)]", `'admin:$HOME\\n%[env(HOME)]'`],
    [`"it's"`, `'admin:"it'\\''s"'`],
    ["'", `'admin:'\\'''`],
    ["a:b", `'admin:a:b'`],
  ])("takes the password %s as it is", (password, word) => {
    expect(haproxyFile({ ...agent, stats: { ...stats, password } })).toContain(`    stats auth ${word}\n`);
  });

  test.each<[string, string, string]>([
    ["admin", "", "the password must be 1 to 128 printable ASCII characters"],
    ["admin", "a\nstats admin if TRUE", "the password must be 1 to 128 printable ASCII characters"],
    ["admin", "a\u0000b", "the password must be 1 to 128 printable ASCII characters"],
    ["admin", "pässword", "the password must be 1 to 128 printable ASCII characters"],
    ["admin", "x".repeat(129), "the password must be 1 to 128 printable ASCII characters"],
    ["", "secret", "the user must be 1 to 128 printable ASCII characters"],
    ["a\tb", "secret", "the user must be 1 to 128 printable ASCII characters"],
    ["a:b", "secret", "the user must not have a colon, which ends it"],
  ])("refuses the user %j with the password %j, and repeats neither", (user, password, complaint) => {
    expect(() => haproxyFile({ ...agent, stats: { ...stats, user, password } })).toThrow(
      new Error(`the statistics page: ${complaint}`),
    );
  });
});

test.each<[string, Partial<Balancer>, string]>([
  ["no server", { backends: [] }, "a balancer needs a server to pass connections to"],
  ["nowhere to listen", { listeners: [] }, "a balancer needs an address to listen on"],
  [
    "a name with a space",
    server({ name: "s1 backup" }),
    'the name of a server is "s1 backup", and must be letters',
  ],
  [
    "a name with a new line",
    server({ name: "s1\nserver" }),
    'the name of a server is "s1\\nserver", and must be',
  ],
  ["a comment as a name", server({ name: "#" }), 'the name of a server is "#", and must be'],
  ["no name", server({ name: "" }), 'the name of a server is "", and must be'],
  [
    "a host name",
    server({ address: "s1.example" }),
    'the address of s1 is "s1.example", and must be an IP address',
  ],
  [
    "more than an address",
    server({ address: "10.0.0.1:1 backup" }),
    'the address of s1 is "10.0.0.1:1 backup"',
  ],
  ["port 0", server({ port: 0 }), "the port is 0, and must be a whole number from 1 to 65535"],
  ["port 65536", server({ port: 65_536 }), "the port is 65536, and must be"],
  ["half a port", server({ port: 6443.5 }), "the port is 6443.5, and must be"],
  [
    "two servers of one name",
    { backends: [...agent.backends, ...agent.backends] },
    "the server s1 is there twice",
  ],
  [
    "two times the same listener",
    { listeners: [...agent.listeners, ...agent.listeners] },
    "the line bind 127.0.0.1:16443 is there twice",
  ],
  [
    "the page where clients are expected",
    { stats: { ...stats, listener: { address: "127.0.0.1", port: 16_443 } } },
    "the line bind 127.0.0.1:16443 is there twice",
  ],
  [
    "a listener that is no address",
    { listeners: [{ address: "localhost", port: 1 }] },
    'the address to listen on is "localhost", and must be an IP address or *',
  ],
  ["a mark that is more", { mark: "5e if TRUE" }, 'the mark is "5e if TRUE", and must be letters'],
  ["a node that is no name", { node: "a1 #", stats }, 'the node is "a1 #", and must be letters'],
  [
    "no interval",
    { timing: timing({ interval: 0 }) },
    "interval is 0, and must be a whole number from 50 to",
  ],
  [
    "no time to answer",
    { timing: timing({ answer: Number.NaN }) },
    "answer is NaN, and must be a whole number",
  ],
  ["no failures", { timing: timing({ fall: 0 }) }, "fall is 0, and must be a whole number from 1 to 100"],
])("%s is refused", (_case, change, message) => {
  expect(() => haproxyFile({ ...agent, ...change })).toThrow(message);
});

function server(change: Partial<Balancer["backends"][number]>): Partial<Balancer> {
  return { backends: [{ name: "s1", address: "10.0.0.11", port: 6443, ...change }] };
}

function timing(change: Partial<NonNullable<Balancer["timing"]>>) {
  return {
    interval: 1000,
    fastInterval: 500,
    downInterval: 1000,
    connect: 1000,
    answer: 1000,
    fall: 2,
    rise: 2,
    ...change,
  };
}

function from(text: string, start: string): string {
  return text.slice(text.indexOf(start));
}
