import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a kind that there is not",
    below("datastore: { kind: etc }"),
    '4:20 datastore.kind: "etc" is not a kind of datastore: did you mean etcd? allowed are etcd, sqlite, external',
  ],
  [
    "an external datastore without an address",
    below("datastore: { kind: external }"),
    "4:12 datastore.endpoint: missing: a datastore of kind external needs its address",
  ],
  [
    "an address for etcd on the servers",
    below('datastore: { endpoint: "https://hidden@db:2379" }'),
    '4:14 datastore.endpoint: only a datastore of kind external has it; this one is "etcd"',
  ],
  [
    "certificates for sqlite",
    below("datastore: { kind: sqlite, caFile: /etc/ca.pem, keyFile: /etc/key.pem }"),
    '4:28 datastore.caFile: only a datastore of kind external has it; this one is "sqlite"',
    '4:49 datastore.keyFile: only a datastore of kind external has it; this one is "sqlite"',
  ],
  [
    "sqlite for two servers",
    machine("{ name: s2, host: h }\ndatastore: { kind: sqlite }"),
    "6:20 datastore.kind: sqlite is a file on one server, and there are 2: use etcd or external, or one server",
  ],
  [
    "sqlite as an address",
    below('datastore: { kind: external, endpoint: "sqlite:///hidden" }'),
    "4:40 datastore.endpoint: the value is not the address of a datastore: write kind: sqlite, without an endpoint",
  ],
  [
    "an address without a protocol",
    below("datastore: { kind: external, endpoint: hidden@db }"),
    "4:40 datastore.endpoint: the value is not the address of a datastore: mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd",
  ],
  ...[
    "mysql://me:hidden@tcp(db:99999)/k3s",
    "mysql://me:hidden@tcp([::zz]:3306)/k3s",
    "postgres://me:hid@den@db:0/k3s",
    "postgres://me:hidden@db:5432,other:65536/k3s",
    "postgres://me:hidden@[::zz]/k3s?sslmode=disable",
    "https://etcd1:2379,https://etcd2:99999",
    "https://10.0.0.300:2379",
  ].map((address): [string, string, string] => [
    `an address with a host or a port that cannot be: ${address}`,
    below(`datastore: { kind: external, endpoint: "${address}" }`),
    "4:40 datastore.endpoint: the value names no host that there can be, or a port that is not from 1 to 65535: mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd",
  ]),
  [
    "a space in an address",
    below('datastore: { kind: external, endpoint: "mysql://me:hid den@tcp(db)/k3s" }'),
    "4:40 datastore.endpoint: the value is not the address of a datastore: mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd",
  ],
  [
    "a map for an address",
    below("datastore: { kind: external, endpoint: { password: hidden } }"),
    "4:40 datastore.endpoint: the value is not the address of a datastore: mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, or https://host:2379, several with commas, for etcd",
  ],
  [
    "a certificate without its key",
    below('datastore: { kind: external, endpoint: "postgres://db/k3s", certFile: /etc/c.pem }'),
    "4:12 datastore.keyFile: missing: a certificate and its key belong together",
  ],
  [
    "a certificate on this computer",
    below('datastore: { kind: external, endpoint: "postgres://db/k3s", caFile: ca.pem }'),
    '4:69 datastore.caFile: "ca.pem" is not a path on the machine: one line that begins with /, such as /etc/ssl/certs/registry.pem',
  ],
  [
    "text for a datastore",
    below("datastore: sqlite"),
    '4:12 datastore: "sqlite" is not a map of keys and values',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
