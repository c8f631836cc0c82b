import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "one host twice",
    machine("{ name: s2, host: 10.0.0.11 }"),
    '5:23 servers[1].host: "10.0.0.11" is also servers[0].host: every one needs a machine of its own',
  ],
  [
    "one host and port twice",
    machine(
      "{ name: s2, host: S1.example.com, ssh: { port: 2222 } }\nagents: [{ name: a1, host: s1.example.com, ssh: { port: 2222 } }]",
    ),
    '6:28 agents[0].host: "s1.example.com port 2222" is also servers[1].host: every one needs a machine of its own',
  ],
  [
    "an IPv4 address out of range",
    machine("{ name: s2, host: 10.0.0.300 }"),
    '5:23 servers[1].host: "10.0.0.300" is not a host: an IPv4 address is four numbers from 0 to 255, such as 10.0.0.11',
  ],
  [
    "a user in front of a host",
    machine("{ name: s2, host: root@10.0.0.12 }"),
    '5:23 servers[1].host: "root@10.0.0.12" is not a host: the user goes into ssh.user',
  ],
  [
    "a port behind a host",
    machine('{ name: s2, host: "10.0.0.12:22" }'),
    '5:23 servers[1].host: "10.0.0.12:22" is not a host: the port goes into ssh.port',
  ],
  [
    "brackets around an address",
    machine('{ name: s2, host: "[fd00::1]" }'),
    '5:23 servers[1].host: "[fd00::1]" is not a host: write an IPv6 address without brackets, "fd00::1"',
  ],
  [
    "a host that ssh would take for an option",
    machine('{ name: s2, host: "-oProxyCommand=sh" }'),
    '5:23 servers[1].host: "-oProxyCommand=sh" is not a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com',
  ],
  [
    "a line break in a host",
    machine('{ name: s2, host: "10.0.0.12\\nrm" }'),
    '5:23 servers[1].host: "10.0.0.12\\nrm" is not a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com',
  ],
  [
    "a port out of range",
    below("ssh: { port: 70000 }"),
    "4:14 ssh.port: 70000 is not a port: a whole number from 1 to 65535, without quotes",
  ],
  [
    "a port in quotes",
    below('ssh: { port: "22" }'),
    '4:14 ssh.port: "22" is not a port: a whole number from 1 to 65535, without quotes',
  ],
  [
    "a user with a space",
    below('ssh: { user: "root x" }'),
    '4:14 ssh.user: "root x" is not a user name: letters, digits, "_", "." and "-", at most 32, such as root',
  ],
  [
    "a key file without a name",
    below('ssh: { identityFile: "" }'),
    '4:22 ssh.identityFile: "" is not a path: one line, such as ~/.ssh/id_ed25519',
  ],
  [
    "a host key for all machines",
    below("ssh: { hostKey: SHA256:x }"),
    "4:8 ssh.hostKey: unknown key here: it belongs in ssh of a machine, since every machine has its own",
  ],
  [
    "half a host key",
    machine('{ name: s2, host: 10.0.0.12, ssh: { hostKey: "ssh-ed25519 AAAA" } }'),
    '5:50 servers[1].ssh.hostKey: "ssh-ed25519 AAAA" is not a host key: a public key, such as "ssh-ed25519 AAAA…", or its fingerprint, "SHA256:…"',
  ],
  [
    "ssh settings beside ssh",
    machine("{ name: s2, host: 10.0.0.12, identityFile: key }"),
    "5:34 servers[1].identityFile: unknown key here: it belongs in ssh",
  ],
  [
    "a node address with a prefix length",
    machine("{ name: s2, host: 10.0.0.12, nodeIp: 10.0.0.12/24 }"),
    '5:42 servers[1].nodeIp: "10.0.0.12/24" is not an IP address: such as 10.0.0.11 or fd00::11, without a prefix length or a port',
  ],
  [
    "one node address twice",
    machine(
      "{ name: s2, host: 10.0.0.12, nodeIp: 10.1.0.1 }\nagents: [{ name: a1, host: 10.0.0.21, nodeIp: 10.1.0.1 }]",
    ),
    '6:47 agents[0].nodeIp: "10.1.0.1" is also servers[1].nodeIp: every node needs an address of its own',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
