import { nearest } from "../../words/nearest";

const words = ["name", "version", "servers", "agents", "identityFile", "ssh"];

test.each([
  ["sever", "servers"],
  ["agnets", "agents"],
  ["identityfile", "identityFile"],
  ["identity_file", "identityFile"],
  ["Name", "name"],
  ["shs", "ssh"],
])("%s was meant to be %s", (word, meant) => {
  expect(nearest(word, words)).toBe(meant);
});

test.each(["colour", "", "x".repeat(65_536), "vip"])("%.10s resembles nothing", (word) => {
  expect(nearest(word, words)).toBeUndefined();
});
