import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "yes, which YAML reads as text",
    below("artifacts: { images: yes }"),
    '4:22 artifacts.images: "yes" is not true or false',
  ],
  [
    "a misspelt component",
    below("disable: [treafik]"),
    '4:11 disable[0]: "treafik" is not a component of k3s: did you mean traefik? allowed are coredns, servicelb, traefik, local-storage, metrics-server, runtimes',
  ],
  [
    "something that is no component",
    below("disable: [flannel]"),
    '4:11 disable[0]: "flannel" is not a component of k3s: allowed are coredns, servicelb, traefik, local-storage, metrics-server, runtimes',
  ],
  [
    "a space in a certificate's name",
    below("tlsSans: [k3s example]"),
    '4:11 tlsSans[0]: "k3s example" is not a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com',
  ],
  [
    "a mirror without a protocol",
    below("artifacts: { mirror: mirror.example.com }"),
    '4:22 artifacts.mirror: "mirror.example.com" is not the address of a mirror: http:// or https://, a host and a path, without a password, such as https://mirror.example.com/k3s',
  ],
  ...[
    "https://mirror:99999/k3s",
    "https://mirror:0",
    "http://[::zz]/k3s",
    "http://10.0.0.300/k3s",
    "http://a..b",
  ].map((address): [string, string, string] => [
    `a mirror that cannot be: ${address}`,
    below(`artifacts: { mirror: "${address}" }`),
    `4:22 artifacts.mirror: "${address}" is not the address of a mirror: http:// or https://, a host and a path, without a password, such as https://mirror.example.com/k3s`,
  ]),
  [
    "a password in a mirror",
    below("artifacts: { mirror: 'https://me:hidden@mirror.example.com' }"),
    '4:22 artifacts.mirror: "https://***@mirror.example.com" is not the address of a mirror: http:// or https://, a host and a path, without a password, such as https://mirror.example.com/k3s',
  ],
  [
    "an endpoint without an address",
    below("endpoint: { port: 443 }"),
    "4:11 endpoint.address: missing: where a balancer of yours answers; or vip instead of it, an address that moves",
  ],
  [
    "an endpoint that cannot be",
    below('endpoint: { address: "::zz", port: 99999 }'),
    '4:22 endpoint.address: "::zz" is not a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com',
    "4:36 endpoint.port: 99999 is not a port: a whole number from 1 to 65535, without quotes",
  ],
  [
    "an endpoint that is text",
    below("endpoint: lb.example.com"),
    '4:11 endpoint: "lb.example.com" is not a map of keys and values',
  ],
  [
    "a hook that is a number",
    below("hooks: { before: [date, 1] }"),
    "4:25 hooks.before[1]: the value is not a command: write it in quotes to make it text (a line or lines for /bin/sh, such as apt-get install -y open-iscsi)",
  ],
  [
    "an empty hook",
    below("hooks: { after: '' }"),
    "4:17 hooks.after: the value is not a command: a line or lines for /bin/sh, such as apt-get install -y open-iscsi",
  ],
  [
    "an unknown key that resembles nothing",
    below("colour: blue"),
    "4:1 colour: unknown key: allowed here are name, version, adopt, ssh, artifacts, servers, agents, pools, balancers, labels, network, datastore, registries, disable, tlsSans, kubelet, apiserver, config, token, agentToken, join, endpoint, haproxy, hooks, snapshots, upgrade, drain, tokens, certificates, recover, restore, allowSingleServer, minima, timeouts, preflight, proxy",
  ],
  [
    "two misspelt keys",
    below("agnets: []\nssh: { usr: root }"),
    "4:1 agnets: unknown key: did you mean agents?",
    "5:8 ssh.usr: unknown key: did you mean user?",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
