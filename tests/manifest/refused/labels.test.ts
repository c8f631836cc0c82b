import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "true",
    below("labels: { gpu: true }"),
    '4:16 labels.gpu: true is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
  [
    "a number",
    machine("{ name: s2, host: 10.0.0.12, labels: { rack: 7 } }"),
    '5:50 servers[1].labels.rack: 7 is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
  [
    "a value that is too long",
    below("labels: { a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx }"),
    '4:14 labels.a: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" is not a label value: at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
  ],
  [
    "a space in a key",
    below("labels: { a b: c }"),
    '4:11 labels["a b"]: "a b" is not a label key: at most 63 letters, digits, "-", "_" and ".", after an optional DNS name and "/", such as example.com/tier',
  ],
  [
    "a role",
    below("labels: { node-role.kubernetes.io/worker: x }"),
    '4:11 labels["node-role.kubernetes.io/worker"]: "node-role.kubernetes.io/worker" cannot be set by a node on itself: use a key of your own, or kubectl label node',
  ],
  [
    "a key of Kubernetes",
    below("labels: { kubernetes.io/cluster: x }"),
    '4:11 labels["kubernetes.io/cluster"]: "kubernetes.io/cluster" belongs to Kubernetes: use a key of your own, or one that starts with node.kubernetes.io/',
  ],
  ["a list", below("labels: [a]"), "4:9 labels: a list is not a map of keys and values"],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
