import { mistakesOf, threeServers } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "true for HAProxy",
    threeServers("haproxy: true"),
    "4:10 haproxy: true is neither false nor a map of keys and values",
  ],
  [
    "a misspelt key",
    threeServers("haproxy: { prot: 1 }"),
    "4:12 haproxy.prot: unknown key: did you mean port?",
  ],
  [
    "the port of the page",
    threeServers("haproxy: { port: 1936 }"),
    "4:18 haproxy.port: 1936 is also haproxy.stats.port: one port each",
  ],
  [
    "a port of k3s",
    threeServers("haproxy: { port: 6444 }"),
    "4:18 haproxy.port: 6444 is a port of k3s itself: use another",
  ],
  [
    "a page at HAProxy's own port",
    threeServers("haproxy: { stats: { port: 16443 } }"),
    "4:27 haproxy.stats.port: 16443 is also haproxy.port: one port each",
  ],
  [
    "metrics at the page's port",
    threeServers("haproxy: { stats: { metrics: { port: 1936 } } }"),
    "4:38 haproxy.stats.metrics.port: 1936 is also haproxy.stats.port: one port each",
  ],
  [
    "metrics that are open",
    threeServers("haproxy: { stats: { metrics: open } }"),
    '4:30 haproxy.stats.metrics: "open" is not a place for the metrics: beside, closed, or a map with a port and an address',
  ],
  [
    "metrics without a port",
    threeServers("haproxy: { stats: { metrics: {} } }"),
    "4:30 haproxy.stats.metrics.port: nothing is not a port: a whole number from 1 to 65535, without quotes",
  ],
  [
    "true for the page",
    threeServers("haproxy: { stats: true }"),
    "4:19 haproxy.stats: true is neither false nor a map of keys and values",
  ],
  [
    "a user with a colon, and a password with an accent",
    threeServers("haproxy: { stats: { user: 'a:b', password: gehéim } }"),
    '4:27 haproxy.stats.user: "a:b" is not a user: 1 to 128 printable ASCII characters without a colon',
    "4:44 haproxy.stats.password: the value is not a password: 1 to 128 printable ASCII characters",
  ],
  [
    "a name to listen on",
    threeServers("haproxy: { stats: { address: localhost } }"),
    '4:30 haproxy.stats.address: "localhost" is not an address to listen on: an IP address, * for every IPv4 address or :: for every address',
  ],
  [
    "another check",
    threeServers("haproxy: { healthCheck: anonymous }"),
    '4:25 haproxy.healthCheck: "anonymous" is not a way to ask a server: allowed are anonymous-health, anonymous-auth, any-401',
  ],
  [
    "a check that the version does not know",
    threeServers("haproxy: { healthCheck: anonymous-health }", "v1.31.4+k3s1"),
    "4:25 haproxy.healthCheck: anonymous-health needs v1.32: use anonymous-auth or any-401",
  ],
  [
    "times and numbers beyond HAProxy's",
    threeServers("haproxy: { timing: { inter: 10 ms, check: 1 h, fall: 0 } }"),
    '4:29 haproxy.timing.inter: "10 ms" is too short or too long: allowed are 50 ms to 10 minutes',
    '4:43 haproxy.timing.check: "1 h" is too short or too long: allowed are 50 ms to 10 minutes',
    "4:54 haproxy.timing.fall: 0 is not a number of checks: a whole number from 1 to 100, without quotes",
  ],
  [
    "a time without a unit",
    threeServers("haproxy: { timing: { inter: 750 } }"),
    "4:29 haproxy.timing.inter: 750 is not a duration: its unit is missing; write 750 s if it is seconds",
  ],
  [
    "another end of the package, and 1 for true",
    threeServers("haproxy: { package: purge, always: 1 }"),
    '4:21 haproxy.package: "purge" is not what becomes of the package: allowed are remove, keep',
    "4:36 haproxy.always: 1 is not true or false",
  ],
  [
    "arguments beside the file that opens health",
    threeServers("haproxy: {}\napiserver: { args: [anonymous-auth=false, oidc-issuer-url=https://x] }"),
    "5:21 apiserver.args[0]: anonymous-auth cannot stand beside the authentication-config that haproxy.healthCheck, anonymous-health, gives the servers: use any-401, or an authentication-config of yours that opens /livez, /readyz and /healthz",
    "5:43 apiserver.args[1]: oidc-issuer-url cannot stand beside the authentication-config that haproxy.healthCheck, anonymous-health, gives the servers: use any-401, or an authentication-config of yours that opens /livez, /readyz and /healthz",
  ],
  [
    "such an argument in config",
    threeServers("haproxy: {}\nconfig: { kube-apiserver-arg: oidc-issuer-url=https://x }"),
    "5:31 config.kube-apiserver-arg: oidc-issuer-url cannot stand beside the authentication-config that haproxy.healthCheck, anonymous-health, gives the servers: use any-401, or an authentication-config of yours that opens /livez, /readyz and /healthz",
  ],
  [
    "arguments against anonymous-auth",
    threeServers(
      "haproxy: { healthCheck: anonymous-auth }\napiserver: { args: [anonymous-auth=false, authentication-config=/x] }",
    ),
    "5:21 apiserver.args[0]: anonymous-auth says otherwise than haproxy.healthCheck, anonymous-auth: take it out, or use any-401",
    "5:43 apiserver.args[1]: authentication-config says otherwise than haproxy.healthCheck, anonymous-auth: take it out, or use any-401",
  ],
  [
    "a server that has a name alone",
    "name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: s1.example.com }, { name: s2, host: 10.0.0.2 }]\nhaproxy: {}\n",
    '3:29 servers[0].host: "s1.example.com" is a name, and HAProxy wants addresses of servers: give nodeIp, too',
  ],
  [
    "such an argument of one server",
    "name: dev\nversion: v1.33.3+k3s1\nservers: [{ name: s1, host: 10.0.0.1, config: { kube-apiserver-arg+: [anonymous-auth=true] } }]\nhaproxy: {}\n",
    '3:71 servers[0].config["kube-apiserver-arg+"][0]: anonymous-auth cannot stand beside the authentication-config that haproxy.healthCheck, anonymous-health, gives the servers: use any-401, or an authentication-config of yours that opens /livez, /readyz and /healthz',
  ],
  ["the page at the top", threeServers("stats: {}"), "4:1 stats: unknown key here: it belongs in haproxy"],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
