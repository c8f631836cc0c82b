import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  ["nothing", "", "1:1 : empty: expected a map of keys and values"],
  ["a tab", "name: dev\nservers:\n\t- s1\n", "3:1 : a tab indents this line: YAML wants spaces"],
  [
    "a key twice",
    below("name: other\nlabels: { gpu: true }"),
    '4:1 : the key "name" is in this map already',
    '5:16 labels.gpu: true is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
  [
    "a key twice, the second time wrong",
    below("labels: { a: b, a: true }"),
    '4:17 : the key "a" is in this map already',
    '4:20 labels.a: true is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
  [
    "an open list",
    below("disable: [traefik"),
    "5:1 : not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["an open quote", below('token: "hidden'), '5:1 : not YAML: Missing closing "quote'],
  [
    "a colon in a value",
    below("token: hidden: hidden"),
    '4:8 : a map begins inside a value: check the indentation, and put a value that holds ": " in quotes',
  ],
  ["a second document", below("---\nname: other"), "4:1 : a second document begins here: a manifest is one"],
  [
    "a tag",
    below("token: !secret hidden"),
    "4:8 : tags (!name) have no meaning here: put a value that begins with ! in quotes",
  ],
  ["text after a value", below("token: 'hidden' hidden"), "4:17 : not YAML: Unexpected scalar at node end"],
  ["a list and a map", "- a\nname: dev\n", "2:1 : not YAML: Unexpected scalar at node end"],
  [
    "an alias without its anchor",
    below("labels: *common"),
    "4:9 : an alias (*name) needs its anchor (&name) before it, a map where it is merged, and few repetitions",
  ],
  [
    "an alias multiplied without end",
    below(
      "labels: &a { x: &b [1,1,1,1,1,1,1,1,1,1] }\nconfig: { a: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], b: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c], c: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d] }",
    ),
    "5:120 : an alias (*name) needs its anchor (&name) before it, a map where it is merged, and few repetitions",
  ],
  [
    "a merge of something else than a map",
    below("labels: { <<: 5 }"),
    "1:1 : an alias (*name) needs its anchor (&name) before it, a map where it is merged, and few repetitions",
  ],
  [
    "a mistake behind an alias",
    below("labels: &common { gpu: true }\nagents: [{ name: a1, host: 10.0.0.21, labels: *common }]"),
    '4:24 agents[0].labels.gpu: true is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
    '4:24 labels.gpu: true is not a label value: write it in quotes to make it text (at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends)',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
