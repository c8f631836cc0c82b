import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "memory without a unit",
    below("minima: { server: { memory: 2 } }"),
    "4:29 minima.server.memory: 2 is not a size: its unit is missing; write 2Gi or 2Mi",
  ],
  [
    "memory without a unit, as text",
    below('minima: { server: { memory: "2" } }'),
    '4:29 minima.server.memory: "2" is not a size: its unit is missing; write 2Gi or 2Mi',
  ],
  [
    "memory in GB",
    below("minima: { server: { memory: 2GB } }"),
    '4:29 minima.server.memory: "2GB" is not a size: write 2Gi',
  ],
  [
    "memory with a fraction",
    below("minima: { agent: { memory: 1.5Gi } }"),
    '4:28 minima.agent.memory: "1.5Gi" is not a size: a whole number and Mi, Gi or Ti, or M, G or T for powers of ten, such as 2Gi',
  ],
  [
    "half a CPU",
    below("minima: { agent: { cpus: 0.5 } }"),
    "4:26 minima.agent.cpus: 0.5 is not a number of CPUs: a whole number from 1 to 1024, without quotes",
  ],
  [
    "minima for both in one",
    below("minima: { memory: 2Gi }"),
    "4:11 minima.memory: unknown key: allowed here are server, agent",
  ],
  [
    "a duration without a unit",
    below("timeouts: { ready: 300 }"),
    "4:20 timeouts.ready: 300 is not a duration: its unit is missing; write 300 s if it is seconds",
  ],
  [
    "a duration in words",
    below("timeouts: { ready: five minutes }"),
    '4:20 timeouts.ready: "five minutes" is not a duration: a whole number and ms, s, seconds, minutes or hours, such as 90 s or 5 minutes',
  ],
  [
    "no time at all",
    below("timeouts: { connect: 0 s }"),
    '4:22 timeouts.connect: "0 s" is not a duration: a whole number and ms, s, seconds, minutes or hours, such as 90 s or 5 minutes',
  ],
  [
    "a timeout for draining",
    below("timeouts: { drain: 5 minutes }"),
    "4:13 timeouts.drain: unknown key here: it belongs in upgrade.agents or upgrade.servers; its times are in drain, at the top",
  ],
  [
    "a way to treat an emptyDir that there is not",
    below("drain: { emptyDirs: move }"),
    '4:21 drain.emptyDirs: "move" is not what to do with an emptyDir: allowed are delete, keep',
  ],
  ...["101%", "0%", "all", "true"].map((atOnce): [string, string, string] => [
    `upgrades of ${atOnce} at once`,
    below(`upgrade: { agents: { atOnce: ${atOnce} } }`),
    `4:30 upgrade.agents.atOnce: ${atOnce === "true" ? atOnce : `"${atOnce}"`} is not how many at once: a whole number, such as 1, or a share of them, such as 10%`,
  ]),
  [
    "upgrades of none at once",
    below("upgrade: { agents: { atOnce: 0 } }"),
    "4:30 upgrade.agents.atOnce: 0 is not how many at once: a whole number from 1 to 1000, without quotes",
  ],
  [
    "a misspelt timeout",
    below("timeouts: { conect: 5 s }"),
    "4:13 timeouts.conect: unknown key: did you mean connect?",
  ],
  [
    "a finding with a space",
    below('preflight: { "small disk": ignore }'),
    '4:14 preflight["small disk"]: "small disk" is not the name of a finding: lower-case words with "-" between them, such as small-disk',
  ],
  [
    "a finding taken otherwise",
    below("preflight: { small-disk: warn }"),
    '4:26 preflight.small-disk: "warn" is not a way to take a finding: allowed are ignore, warning, error',
  ],
  [
    "false for a finding",
    below("preflight: { small-disk: false }"),
    "4:26 preflight.small-disk: false is not a way to take a finding: allowed are ignore, warning, error",
  ],
  [
    "a list of findings",
    below("preflight: [small-disk]"),
    "4:12 preflight: a list is not a map of keys and values",
  ],
  [
    "a proxy without a protocol",
    below("proxy: { https: proxy.example.com }"),
    "4:17 proxy.https: the value is not the address of a proxy: http:// or https://, perhaps user:password@, a host and a port, such as http://proxy.example.com:3128",
  ],
  [
    "a proxy with a password and a quote",
    below("proxy: { https: 'http://me:hid\"den@proxy' }"),
    "4:17 proxy.https: the value is not the address of a proxy: http:// or https://, perhaps user:password@, a host and a port, such as http://proxy.example.com:3128",
  ],
  [
    "hosts without a proxy, with commas",
    below('proxy: { noProxy: "a,b" }'),
    '4:19 proxy.noProxy: "a,b" is not something to reach without the proxy: write several as a list',
  ],
  [
    "a space in a host without a proxy",
    below("proxy: { noProxy: [a b] }"),
    '4:20 proxy.noProxy[0]: "a b" is not something to reach without the proxy: a host, a domain that begins with ".", an address or a block of addresses, such as 10.0.0.0/8',
  ],
  ...["http://proxy:99999", "http://proxy:0", "http://[::zz]:3128", "http://10.0.0.300", "http://-proxy"].map(
    (address): [string, string, string] => [
      `a proxy that cannot be: ${address}`,
      below(`proxy: { https: "${address}" }`),
      "4:17 proxy.https: the value is not the address of a proxy: http:// or https://, perhaps user:password@, a host and a port, such as http://proxy.example.com:3128",
    ],
  ),
  ...["[::zz]", "::zz", "proxy:99999", "10.0.0.300", "10.0.0.0/33", "fd00::/129", "a..b", "0x7f.0x1"].map(
    (host): [string, string, string] => [
      `a host without a proxy that cannot be: ${host}`,
      below(`proxy: { noProxy: ["${host}"] }`),
      `4:20 proxy.noProxy[0]: "${host}" is not something to reach without the proxy: a host, a domain that begins with ".", an address or a block of addresses, such as 10.0.0.0/8`,
    ],
  ),
  [
    "a proxy that is text",
    below("proxy: http://proxy"),
    '4:8 proxy: "http://proxy" is not a map of keys and values',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
