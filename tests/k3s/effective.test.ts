import { effective, type Sources, UnreadableFile } from "../../k3s/effective";

const of = (more: Partial<Sources>) =>
  effective({ words: ["/usr/local/bin/k3s", "server"], files: [], environment: {}, ...more });
const flags = (...words: string[]) => of({ words: ["k3s", "server", ...words] });

test.each<[string, object, object]>([
  ["a flag with its value in the next word", flags("--disable", "traefik"), { disable: ["traefik"] }],
  ["a flag with its value after =", flags("--disable=traefik"), { disable: ["traefik"] }],
  [
    "a flag given several times",
    flags("--disable", "traefik", "--disable=servicelb"),
    { disable: ["servicelb", "traefik"] },
  ],
  ["a list in one word", flags("--disable", "traefik,servicelb"), { disable: ["servicelb", "traefik"] }],
  [
    "a flag of one letter",
    flags("-t", "abc", "-s=https://s1:6443"),
    { token: ["abc"], server: ["https://s1:6443"] },
  ],
  [
    "a switch before another flag",
    flags("--docker", "--node-name", "s1"),
    { docker: ["true"], "node-name": ["s1"] },
  ],
  ["a switch before a word of its own", flags("--cluster-init=true", "x"), { "cluster-init": ["true"] }],
  ["a switch that is off", flags("--secrets-encryption=false"), {}],
  ["a value that begins with a dash", flags("--kubelet-arg", "-v=2"), { "kubelet-arg": ["-v=2"] }],
  ["an argument with commas", flags("--kubelet-arg=a=b,c"), { "kubelet-arg": ["a=b,c"] }],
  [
    "what k3s does anyway",
    flags(
      "--data-dir",
      "/var/lib/rancher/k3s/",
      "--cluster-cidr=10.42.0.0/16",
      "--write-kubeconfig-mode",
      "0600",
    ),
    {},
  ],
  ["the last of two values", flags("--node-name", "a", "--node-name", "b"), { "node-name": ["b"] }],
  [
    "a mode, however many zeros it has",
    flags("--write-kubeconfig-mode=0644"),
    { "write-kubeconfig-mode": ["644"] },
  ],
  [
    "addresses of two families, in their order",
    flags("--cluster-cidr", "fd00::/56,10.0.0.0/16"),
    { "cluster-cidr": ["fd00::/56", "10.0.0.0/16"] },
  ],
])("%s", (_, is, settings) => {
  expect(is).toEqual(settings);
});

test("files are read one after the other, + adds to what was before, and flags come last", () => {
  const files = [
    "disable: [traefik]\nnode-name: a\nkubelet-arg: max-pods=200\nsecrets-encryption: true\n",
    "disable+:\n  - servicelb\nnode-name: b\nkubelet-arg: [v=2]\n",
    "",
  ];
  const words = ["k3s", "server", "--disable", "metrics-server", "--node-name=c"];
  expect(of({ files, words })).toEqual({
    disable: ["metrics-server", "servicelb", "traefik"],
    "node-name": ["c"],
    "kubelet-arg": ["v=2"],
    "secrets-encryption": ["true"],
  });
});

test("a variable says what neither a file nor a flag says", () => {
  const environment = { K3S_NODE_NAME: "s1", K3S_KUBECONFIG_MODE: "644", K3S_TOKEN: "", OTHER: "1" };
  expect(of({ environment, files: ["node-name: s2"] })).toEqual({
    "node-name": ["s2"],
    "write-kubeconfig-mode": ["644"],
  });
});

test.each(["- a\n", "a: [b\n", "text"])("a file that is no map is none: %j", (text) => {
  expect(() => of({ files: [text] })).toThrow(UnreadableFile);
});
