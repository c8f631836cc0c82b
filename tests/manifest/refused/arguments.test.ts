import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "an argument with dashes",
    below("kubelet: { args: [--max-pods=250] }"),
    "4:19 kubelet.args[0]: the value is not an argument: write it without the leading dashes",
  ],
  [
    "an argument without a value",
    below("kubelet: { args: [max-pods] }"),
    "4:19 kubelet.args[0]: the value is not an argument: key=value without leading dashes, such as max-pods=250",
  ],
  [
    "a map of arguments",
    below("kubelet: { args: { max-pods: 250 } }"),
    "4:18 kubelet.args: a map is not a list",
  ],
  [
    "arguments without args",
    below("kubelet: [max-pods=250]"),
    "4:10 kubelet: a list is not a map of keys and values",
  ],
  [
    "an argument in capitals",
    below("kubelet: { args: [MaxPods=250] }"),
    "4:19 kubelet.args[0]: the value is not an argument: key=value without leading dashes, such as max-pods=250",
  ],
  [
    "an argument of two lines with a bell",
    below('apiserver: { args: ["audit-log-path=hidden\\u0007"] }'),
    "4:21 apiserver.args[0]: the value is not an argument: key=value without leading dashes, such as max-pods=250",
  ],
  [
    "labels as an argument",
    below("kubelet: { args: [node-labels=a=b] }"),
    "4:19 kubelet.args[0]: node-labels has a place of its own: use labels",
  ],
  [
    "addresses of services as an argument",
    below("apiserver: { args: [service-cluster-ip-range=10.96.0.0/16] }"),
    "4:21 apiserver.args[0]: service-cluster-ip-range has a place of its own: use network.serviceCidr",
  ],
  [
    "one argument twice",
    below("kubelet: { args: [max-pods=250, max-pods=250] }"),
    '4:33 kubelet.args[1]: "max-pods" is in this list already, with the same value',
  ],
  [
    "an argument that config has too",
    below("kubelet: { args: [max-pods=250] }\nconfig: { kubelet-arg: [v=2, max-pods=200] }"),
    "5:30 config.kubelet-arg[1]: max-pods is also in kubelet.args: keep one",
  ],
  [
    "an argument that a machine's config has too",
    machine(
      '{ name: s2, host: h, config: { "kubelet-arg+": max-pods=9 } }\nkubelet: { args: [max-pods=250] }',
    ),
    '5:52 servers[1].config["kubelet-arg+"]: max-pods is also in kubelet.args: keep one',
  ],
  [
    "an argument of the API server that config has too",
    below("apiserver: { args: [v=2] }\nconfig: { kube-apiserver-arg: [v=3] }"),
    "5:32 config.kube-apiserver-arg[0]: v is also in apiserver.args: keep one",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
