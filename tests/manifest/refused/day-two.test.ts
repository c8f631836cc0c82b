import { below, mistakesOf } from "../texts";

const id = "1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "a turn that is no text",
    below("tokens: { rotate: 2 }"),
    "4:19 tokens.rotate: 2 is not a value to rotate by: write it in quotes to make it text (1 to 64 letters, digits, dots, dashes and underscores, such as a date)",
  ],
  [
    "a turn elsewhere",
    below("rotate: now"),
    "4:1 rotate: unknown key here: it belongs in tokens or certificates",
  ],
  [
    "both things that etcd could begin again with",
    below(`recover: { from: s1, confirm: ${id} }\nrestore: { snapshot: a, confirm: ${id} }`),
    "5:1 restore: etcd can begin again with one thing: leave out recover, or this",
  ],
  [
    "what etcd is to begin again with where there is none",
    below(`datastore: { kind: sqlite }\nrecover: { from: s1, confirm: ${id} }`),
    "5:1 recover: only etcd can begin again, and the datastore is another",
  ],
  [
    "another word for the cluster than its identity",
    below("recover: { from: s1, confirm: yes-please }"),
    '4:31 recover.confirm: "yes-please" is not the identity of a cluster: what the stack\'s output clusterId says, such as 1f6c6a3e-3a4f-4a37-9f5e-6a2a3c1c9b1e',
  ],
])("%s", (_case, manifest, ...mistakes) => {
  expect(mistakesOf(manifest)).toEqual(mistakes);
});
