import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a token",
    below("config: { token: hidden }"),
    "4:11 config.token: token is reserved: use token, at the top of the manifest",
  ],
  [
    "another way to write a token",
    below("config: { t: hidden }"),
    "4:11 config.t: t is reserved: use token, at the top of the manifest",
  ],
  [
    "a reserved list with a plus",
    below('config: { "tls-san+": [a] }'),
    '4:11 config["tls-san+"]: tls-san+ is reserved: use tlsSans, at the top of the manifest',
  ],
  [
    "the labels",
    machine("{ name: s2, host: 10.0.0.12, config: { node-label: [a=b] } }"),
    "5:44 servers[1].config.node-label: node-label is reserved: use labels, on the machine or at the top of the manifest",
  ],
  [
    "another datastore",
    below("config: { datastore-endpoint: mysql }"),
    "4:11 config.datastore-endpoint: datastore-endpoint is reserved: use datastore, at the top of the manifest",
  ],
  [
    "a flag with its dashes",
    below("config: { --flannel_backend: none }"),
    '4:11 config["--flannel_backend"]: "--flannel_backend" is not a key of k3s: a flag without its dashes, such as flannel-backend',
  ],
  [
    "a map",
    below("config: { kubelet-arg: { max-pods: 250 } }"),
    "4:24 config.kubelet-arg: a map is not a value of k3s: text, a number, true, false, or a list of these",
  ],
  [
    "a map in a list",
    below("config: { kubelet-arg: [v=2, { max-pods: 250 }] }"),
    "4:30 config.kubelet-arg[1]: a map is not a value of k3s: text, a number, true, false, or a list of these",
  ],
  [
    "one address for all servers",
    below("config: { node-ip: 10.0.0.11 }"),
    "4:11 config.node-ip: every node needs an address of its own: use nodeIp, on the machine",
  ],
  [
    "two addresses of one node",
    machine("{ name: s2, host: 10.0.0.12, nodeIp: 10.1.0.2, config: { node-ip: 10.1.0.3 } }"),
    "5:62 servers[1].config.node-ip: nodeIp of this machine says this already: keep one",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
