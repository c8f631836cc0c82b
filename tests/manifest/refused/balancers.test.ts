import { below, mistakesOf, threeServers } from "../texts";

const balancers = "balancers: [{ name: lb1, host: 10.0.0.31 }, { name: lb2, host: 10.0.0.32 }]";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "balancers that nobody finds",
    below(balancers),
    "4:1 balancers: nobody finds them without endpoint: give vip, an address that moves between them, or address, one that leads to them",
  ],
  [
    "balancers without HAProxy",
    below(`haproxy: false\n${balancers}\nendpoint: { address: lb.example.com }`),
    "4:10 haproxy: false, and balancers are machines for it: leave out one of them",
  ],
  [
    "one balancer with an address that moves",
    threeServers("balancers: [{ name: lb1, host: 10.0.0.31 }]\nendpoint: { vip: 10.0.0.100/24 }"),
    "5:13 endpoint.vip: 1 balancer has nobody to give the address to: use 2 balancers or more",
  ],
  [
    "a balancer by its name, with an address that moves",
    below(
      "balancers: [{ name: lb1, host: lb1.example.com }, { name: lb2, host: 10.0.0.32 }]\nendpoint: { vip: 10.0.0.100/24 }",
    ),
    '4:32 balancers[0].host: "lb1.example.com" is a name, and keepalived wants the address',
  ],
  [
    "a balancer that is a server, too, and one of its name",
    below(
      "balancers: [{ name: lb1, host: 10.0.0.11 }, { name: s1, host: 10.0.0.32 }]\nendpoint: { vip: 10.0.0.100/24 }",
    ),
    '4:32 balancers[0].host: "10.0.0.11" is also servers[0].host: every one needs a machine of its own',
    '4:53 balancers[1].name: "s1" is also servers[0].name: names must differ in more than case',
  ],
  [
    "the address of a balancer for one that moves",
    below(`${balancers}\nendpoint: { vip: 10.0.0.31/24 }`),
    '5:18 endpoint.vip: "10.0.0.31/24" is also balancers[0].host: it must be no machine\'s own',
  ],
  [
    "balancers with addresses of both families",
    below(
      "balancers: [{ name: lb1, host: 10.0.0.31 }, { name: lb2, host: fd00::32 }]\nendpoint: { vip: 10.0.0.100/24 }",
    ),
    "5:13 endpoint.vip: the balancers' addresses are of both families, and they must agree in one",
  ],
  [
    "what only nodes have",
    below(`balancers: [{ name: lb1, host: 10.0.0.31, labels: {} }]\nendpoint: { address: lb.example.com }`),
    "4:43 balancers[0].labels: unknown key: allowed here are name, host, ssh",
  ],
  [
    "the page at the endpoint's port",
    below(`${balancers}\nendpoint: { address: lb.example.com, port: 1936 }`),
    "5:44 endpoint.port: 1936 is also haproxy.stats.port: one port each",
  ],
  [
    "pages at one port, which are on nodes and balancers",
    below(
      `${balancers}\nendpoint: { address: lb.example.com }\nhaproxy: { stats: { metrics: { port: 1936 } } }`,
    ),
    "6:38 haproxy.stats.metrics.port: 1936 is also haproxy.stats.port: one port each",
  ],
])("%s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
