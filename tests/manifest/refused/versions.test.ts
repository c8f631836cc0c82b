import { mistakesOf, version } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "latest",
    version("latest"),
    '2:10 version: "latest" is not an exact k3s version: it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1',
  ],
  [
    "stable",
    version("stable"),
    '2:10 version: "stable" is not an exact k3s version: it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1',
  ],
  [
    "a channel",
    version("v1.33"),
    '2:10 version: "v1.33" is not an exact k3s version: it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1',
  ],
  [
    "a channel that YAML reads as a number",
    version("1.33"),
    "2:10 version: 1.33 is not an exact k3s version: it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1",
  ],
  [
    "no v",
    version("1.33.3+k3s1"),
    '2:10 version: "1.33.3+k3s1" is not an exact k3s version: the "v" is missing; write v1.33.3+k3s1',
  ],
  [
    "no k3s release",
    version("v1.33.3"),
    '2:10 version: "v1.33.3" is not an exact k3s version: the k3s release is missing; write v1.33.3+k3s1, or the k3s release you mean',
  ],
  [
    "an image's tag",
    version("v1.33.3-k3s1"),
    '2:10 version: "v1.33.3-k3s1" is not an exact k3s version: write v1.33.3+k3s1',
  ],
  [
    "something else",
    version("rke2"),
    '2:10 version: "rke2" is not an exact k3s version: vX.Y.Z+k3sN, such as v1.33.3+k3s1',
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
