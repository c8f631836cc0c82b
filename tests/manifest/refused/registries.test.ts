import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a protocol in a registry's name",
    below('registries: { mirrors: { "https://docker.io": {} } }'),
    '4:26 registries.mirrors["https://docker.io"]: "https://docker.io" is not a registry: write it without http:// or https://; those belong in endpoint',
  ],
  [
    "a path in a registry's name",
    below("registries: { mirrors: { docker.io/library: {} } }"),
    '4:26 registries.mirrors["docker.io/library"]: "docker.io/library" is not a registry: a host name or address, with a port if need be, or "*", such as docker.io or registry.example.com:5000',
  ],
  ...["registry:99999", "[::zz]:5000", "10.0.0.300:5000", "a..b"].map((name): [string, string, string] => [
    `a registry that cannot be: ${name}`,
    below(`registries: { mirrors: { "${name}": {} } }`),
    `4:26 registries.mirrors["${name}"]: "${name}" is not a registry: a host name or address, with a port if need be, or "*", such as docker.io or registry.example.com:5000`,
  ]),
  ...["https://mirror:99999", "https://mirror:0/v2", "https://[::zz]", "http://10.0.0.300/v2"].map(
    (address): [string, string, string] => [
      `a mirror that cannot be: ${address}`,
      below(`registries: { mirrors: { docker.io: { endpoint: ["${address}"] } } }`),
      `4:50 registries.mirrors["docker.io"].endpoint[0]: "${address}" is not the address of a registry: http:// or https://, a host and perhaps a path, without a password, such as https://registry.example.com:5000`,
    ],
  ),
  [
    "a mirror without a protocol",
    below("registries: { mirrors: { docker.io: { endpoint: [mirror.example.com] } } }"),
    '4:50 registries.mirrors["docker.io"].endpoint[0]: "mirror.example.com" is not the address of a registry: http:// or https://, a host and perhaps a path, without a password, such as https://registry.example.com:5000',
  ],
  [
    "a password in a mirror's address",
    below('registries: { mirrors: { docker.io: { endpoint: ["https://me:hidden@mirror"] } } }'),
    '4:50 registries.mirrors["docker.io"].endpoint[0]: "https://***@mirror" is not the address of a registry: http:// or https://, a host and perhaps a path, without a password, such as https://registry.example.com:5000',
  ],
  [
    "a mirror's address that is no list",
    below('registries: { mirrors: { docker.io: { endpoint: "https://mirror" } } }'),
    '4:49 registries.mirrors["docker.io"].endpoint: "https://mirror" is not a list',
  ],
  [
    "endpoints under the name of others",
    below("registries: { mirrors: { docker.io: { endpoints: [] } } }"),
    '4:39 registries.mirrors["docker.io"].endpoints: unknown key: did you mean endpoint?',
  ],
  [
    "a number to rewrite to",
    below('registries: { mirrors: { docker.io: { rewrite: { "^x": 1 } } } }'),
    '4:56 registries.mirrors["docker.io"].rewrite["^x"]: 1 is not a part of an image\'s name: write it in quotes to make it text (one line, at most 1024 characters: a regular expression of Go, or what replaces it)',
  ],
  [
    "a list of mirrors",
    below("registries: { mirrors: [docker.io] }"),
    "4:24 registries.mirrors: a list is not a map of keys and values",
  ],
  [
    "a password that is a number",
    below("registries: { configs: { r.example.com: { auth: { username: me, password: 12345 } } } }"),
    '4:75 registries.configs["r.example.com"].auth.password: the value is not a password: write it in quotes to make it text (one line, at most 1024 characters)',
  ],
  [
    "a password of two lines",
    below(
      'registries: { configs: { r.example.com: { auth: { username: me, password: "hidden\\nhidden" } } } }',
    ),
    '4:75 registries.configs["r.example.com"].auth.password: the value is not a password: one line, at most 1024 characters',
  ],
  [
    "a user without a password",
    below("registries: { configs: { r.example.com: { auth: { username: me } } } }"),
    '4:49 registries.configs["r.example.com"].auth.password: missing: a user and its password belong together',
  ],
  [
    "a token in other letters",
    below("registries: { configs: { r.example.com: { auth: { identityToken: hidden } } } }"),
    '4:51 registries.configs["r.example.com"].auth.identityToken: unknown key: did you mean identity_token?',
  ],
  [
    "a CA on this computer",
    below("registries: { configs: { r.example.com: { tls: { ca_file: ./ca.pem } } } }"),
    '4:59 registries.configs["r.example.com"].tls.ca_file: "./ca.pem" is not a path on the machine: one line that begins with /, such as /etc/ssl/certs/registry.pem',
  ],
  [
    "a certificate of a registry without its key",
    below("registries: { configs: { r.example.com: { tls: { cert_file: /c.pem } } } }"),
    '4:48 registries.configs["r.example.com"].tls.key_file: missing: a certificate and its key belong together',
  ],
  [
    "text for true",
    below('registries: { configs: { r.example.com: { tls: { insecure_skip_verify: "true" } } } }'),
    '4:72 registries.configs["r.example.com"].tls.insecure_skip_verify: "true" is not true or false',
  ],
  [
    "mirrors beside registries",
    below("mirrors: { docker.io: {} }"),
    "4:1 mirrors: unknown key here: it belongs in registries",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
