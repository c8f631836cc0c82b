import { below, machine, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a taint without an effect",
    machine("{ name: s2, host: h, taints: [dedicated=gpu] }"),
    '5:35 servers[1].taints[0]: "dedicated=gpu" is not a taint: it ends with a colon and one of NoSchedule, PreferNoSchedule, NoExecute',
  ],
  [
    "an effect in lower case",
    machine('{ name: s2, host: h, taints: ["dedicated=gpu:noschedule"] }'),
    '5:35 servers[1].taints[0]: "dedicated=gpu:noschedule" is not a taint: the effect is written NoSchedule',
  ],
  [
    "an effect that there is not",
    machine('{ name: s2, host: h, taints: ["dedicated=gpu:Never"] }'),
    '5:35 servers[1].taints[0]: "dedicated=gpu:Never" is not a taint: it ends with a colon and one of NoSchedule, PreferNoSchedule, NoExecute',
  ],
  [
    "a space in a taint's key",
    machine('{ name: s2, host: h, taints: ["a b:NoSchedule"] }'),
    '5:35 servers[1].taints[0]: "a b:NoSchedule" is not a taint: key=value:Effect or key:Effect, the key and value as in labels, such as dedicated=gpu:NoSchedule',
  ],
  [
    "a taint's value that is no label value",
    machine('{ name: s2, host: h, taints: ["a=-b:NoSchedule"] }'),
    '5:35 servers[1].taints[0]: "a=-b:NoSchedule" is not a taint: key=value:Effect or key:Effect, the key and value as in labels, such as dedicated=gpu:NoSchedule',
  ],
  [
    "a map of taints",
    machine("{ name: s2, host: h, taints: { dedicated: gpu } }"),
    "5:34 servers[1].taints: a map is not a list",
  ],
  [
    "a number for a taint",
    machine("{ name: s2, host: h, taints: [1] }"),
    "5:35 servers[1].taints[0]: 1 is not a taint: key=value:Effect, such as dedicated=gpu:NoSchedule, or a map of key, value and effect",
  ],
  [
    "a misspelt part of a taint",
    machine("{ name: s2, host: h, taints: [{ key: a, efect: NoSchedule }] }"),
    "5:35 servers[1].taints[0].effect: missing: an effect: allowed are NoSchedule, PreferNoSchedule, NoExecute",
    "5:45 servers[1].taints[0].efect: unknown key: did you mean effect?",
  ],
  [
    "an effect of a taint in parts",
    machine("{ name: s2, host: h, taints: [{ key: a, effect: NoShedule }] }"),
    '5:53 servers[1].taints[0].effect: "NoShedule" is not an effect: did you mean NoSchedule? allowed are NoSchedule, PreferNoSchedule, NoExecute',
  ],
  [
    "a number for a taint's value",
    machine("{ name: s2, host: h, taints: [{ key: a, value: 1, effect: NoExecute }] }"),
    '5:52 servers[1].taints[0].value: 1 is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
  [
    "a long key of a taint",
    machine(
      "{ name: s2, host: h, taints: [{ key: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, effect: NoExecute }] }",
    ),
    '5:42 servers[1].taints[0].key: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" is not a taint key: at most 63 letters, digits, "-", "_" and ".", after an optional DNS name and "/", such as example.com/dedicated',
  ],
  [
    "one key and effect twice",
    machine('{ name: s2, host: h, taints: ["a=b:NoExecute", { key: a, effect: NoExecute }] }'),
    '5:52 servers[1].taints[1]: "a:NoExecute" is in this list already: a key has each effect once',
  ],
  [
    "taints for all machines",
    below("taints: [a:NoSchedule]"),
    "4:1 taints: unknown key here: it belongs in a machine or a pool",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
