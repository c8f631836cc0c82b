import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a passphrase of two lines",
    below('ssh: { passphrase: "hidden\\nhidden" }'),
    "4:20 ssh.passphrase: the value is not a password: one line, at most 1024 characters",
  ],
  [
    "an empty password",
    below('ssh: { password: "" }'),
    "4:18 ssh.password: the value is not a password: one line, at most 1024 characters",
  ],
  [
    "a number for a password",
    below("ssh: { password: 12345 }"),
    "4:18 ssh.password: the value is not a password: write it in quotes to make it text (one line, at most 1024 characters)",
  ],
  [
    "a list of passwords for sudo",
    below("ssh: { sudoPassword: [hidden] }"),
    "4:22 ssh.sudoPassword: the value is not a password: one line, at most 1024 characters",
  ],
  [
    "a number for an agent",
    below("ssh: { agent: 1 }"),
    "4:15 ssh.agent: 1 is not true, false or the path of an agent's socket",
  ],
  [
    "an agent's socket without a name",
    below('ssh: { agent: "" }'),
    '4:15 ssh.agent: "" is not a path: one line, such as /run/user/1000/agent.sock',
  ],
  [
    "true for a configuration file",
    below("ssh: { configFile: true }"),
    "4:20 ssh.configFile: true is not false or the path of an OpenSSH configuration file",
  ],
  [
    "a map for a configuration file",
    below("ssh: { configFile: {} }"),
    "4:20 ssh.configFile: a map is not false or the path of an OpenSSH configuration file",
  ],
  [
    "yes for trust",
    below("ssh: { trustOnFirstUse: yes }"),
    '4:25 ssh.trustOnFirstUse: "yes" is not true or false',
  ],
  [
    "a hop without a host",
    below("ssh: { bastion: { user: jump } }"),
    "4:17 ssh.bastion.host: missing: a host: an IP address or a DNS name, such as 10.0.0.11 or s1.example.com",
  ],
  [
    "a hop that is text",
    below("ssh: { bastion: jump.example.com }"),
    '4:17 ssh.bastion: "jump.example.com" is not a hop, or a list of them',
  ],
  [
    "a misspelt key of a hop",
    below("ssh: { bastion: { host: jump, usr: me } }"),
    "4:31 ssh.bastion.usr: unknown key: did you mean user?",
  ],
  [
    "a misspelt key of a hop in a list",
    below("ssh: { bastion: [{ host: jump }, { host: jump2, identityfile: key }] }"),
    "4:49 ssh.bastion[1].identityfile: unknown key: did you mean identityFile?",
  ],
  [
    "a hop's user in front of its host",
    below("ssh: { bastion: { host: me@jump } }"),
    '4:25 ssh.bastion.host: "me@jump" is not a host: the user goes into ssh.user',
  ],
  [
    "a hop's port out of range",
    machine("{ name: s2, host: h, ssh: { bastion: [{ host: jump, port: 0 }] } }"),
    "5:63 servers[1].ssh.bastion[0].port: 0 is not a port: a whole number from 1 to 65535, without quotes",
  ],
  [
    "a hop that goes through another",
    below("ssh: { bastion: { host: jump, bastion: { host: outer } } }"),
    "4:31 ssh.bastion.bastion: unknown key here: it belongs in ssh",
  ],
  [
    "half a host key of a hop",
    below('ssh: { bastion: { host: jump, hostKey: "SHA256:x" } }'),
    '4:40 ssh.bastion.hostKey: "SHA256:x" is not a host key: a public key, such as "ssh-ed25519 AAAA…", or its fingerprint, "SHA256:…"',
  ],
  [
    "a password beside ssh",
    machine("{ name: s2, host: h, password: hidden }"),
    "5:26 servers[1].password: unknown key here: it belongs in ssh, datastore.endpoint or registries",
  ],
  [
    "a bastion beside ssh",
    below("bastion: { host: jump }"),
    "4:1 bastion: unknown key here: it belongs in ssh",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
