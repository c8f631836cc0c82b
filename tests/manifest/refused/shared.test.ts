import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "secrets encryption on one server",
    machine("{ name: s2, host: h, config: { secrets-encryption: true } }"),
    "5:36 servers[1].config.secrets-encryption: secrets-encryption must be the same on all servers: use config, at the top of the manifest",
  ],
  [
    "another cluster domain on one server",
    machine(
      "{ name: s2, host: h, config: { cluster-domain: b.local } }\nconfig: { cluster-domain: a.local }",
    ),
    "5:36 servers[1].config.cluster-domain: cluster-domain must be the same on all servers: use config, at the top of the manifest",
  ],
  [
    "egress mode in a pool",
    below(
      "pools: [{ name: a, role: server, config: { egress-selector-mode: cluster }, machines: [{ name: s2, host: h }] }]",
    ),
    "4:44 pools[0].config.egress-selector-mode: egress-selector-mode must be the same on all servers: use config, at the top of the manifest",
  ],
  [
    "a setting of servers on an agent",
    below("agents: [{ name: a1, host: h, config: { disable-network-policy: true } }]"),
    "4:41 agents[0].config.disable-network-policy: disable-network-policy must be the same on all servers: use config, at the top of the manifest",
  ],
  [
    "blocks of addresses on a server",
    machine("{ name: s2, host: h, config: { cluster-cidr: 10.0.0.0/8 } }"),
    "5:36 servers[1].config.cluster-cidr: cluster-cidr is reserved: use network.clusterCidr, at the top of the manifest",
  ],
  [
    "the services' addresses",
    below("config: { service-cidr: 10.0.0.0/8 }"),
    "4:11 config.service-cidr: service-cidr is reserved: use network.serviceCidr, at the top of the manifest",
  ],
  [
    "the address of DNS",
    below("config: { cluster-dns: 10.43.0.10 }"),
    "4:11 config.cluster-dns: cluster-dns is reserved: use network.clusterDns, at the top of the manifest",
  ],
  [
    "flannel's backend",
    below("config: { flannel-backend: none }"),
    "4:11 config.flannel-backend: flannel-backend is reserved: use network.flannelBackend, at the top of the manifest",
  ],
  [
    "taints",
    machine("{ name: s2, host: h, config: { node-taint: [a:NoSchedule] } }"),
    "5:36 servers[1].config.node-taint: node-taint is reserved: use taints, on the machine or its pool",
  ],
  [
    "a file of registries",
    below("config: { private-registry: /etc/r.yaml }"),
    "4:11 config.private-registry: private-registry is reserved: use registries, at the top of the manifest",
  ],
  [
    "a certificate of the datastore",
    below("config: { datastore-cafile: hidden }"),
    "4:11 config.datastore-cafile: datastore-cafile is reserved: use datastore, at the top of the manifest",
  ],
  [
    "another port for the API",
    below("config: { https-listen-port: 7443 }"),
    "4:11 config.https-listen-port: https-listen-port is reserved: servers answer at port 6443, where the other nodes look for them",
  ],
  [
    "components on one server",
    machine("{ name: s2, host: h, config: { disable: [traefik] } }"),
    "5:36 servers[1].config.disable: disable is reserved: use disable, at the top of the manifest",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
