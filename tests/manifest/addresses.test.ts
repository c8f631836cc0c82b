import { parseManifest } from "../../manifest/parse";
import { below } from "./texts";

const hosts = ["proxy", "a-1.example.com", "10.0.0.1", "[fd00::1]", "[::1]", "1a.b2"];
const ports = ["", ":1", ":80", ":3128", ":10000", ":65535"];
const places = hosts.flatMap((host) => ports.map((port) => `${host}${port}`));

const accepted = (fields: string) => expect(() => parseManifest(below(fields), "cluster.yaml")).not.toThrow();

test.each(places)("%s is a place for whatever has an address", (place) => {
  accepted(`artifacts: { mirror: "https://${place}/k3s" }`);
  accepted(`proxy: { http: "http://u:p@${place}", noProxy: ["${place}"] }`);
  accepted(`registries: { mirrors: { "${place}": { endpoint: ["http://${place}/v2"] } } }`);
  for (const endpoint of [
    `mysql://u:p@tcp(${place})/k3s`,
    `postgres://u:p@x@${place}/k3s?sslmode=disable`,
    `postgres://${place},${place}/k3s`,
    `https://${place},https://${place}/`,
  ])
    accepted(`datastore: { kind: external, endpoint: "${endpoint}" }`);
});

test.each(["*", ".svc", "fd00::/64", "fd00::1", "10.0.0.0/8", "10.0.0.7/32", ".example.com"])(
  "%s may be reached without the proxy",
  (text) => accepted(`proxy: { noProxy: ["${text}"] }`),
);

test.each(["mysql://u:p@unix(/run/mysqld.sock)/k3s", "postgres:///k3s?host=/run/postgresql"])(
  "a datastore may be at %s",
  (endpoint) => accepted(`datastore: { kind: external, endpoint: "${endpoint}" }`),
);
