import { below, mistakesOf } from "../texts";

/** What is wrong, the manifest, and every mistake in it. */
test.each<[string, string, ...string[]]>([
  [
    "empty",
    below('token: ""'),
    "4:8 token: the value is not a token: it is empty; leave the key out to have a token made",
  ],
  [
    "white space",
    below('token: "hidden hidden"'),
    "4:8 token: the value is not a token: it holds white space",
  ],
  [
    "a control character",
    below('token: "hidden\\u0007"'),
    "4:8 token: the value is not a token: at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>",
  ],
  [
    "a colon",
    below("token: hidden:hidden"),
    "4:8 token: the value is not a token: at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>",
  ],
  [
    "the form of a bootstrap token",
    below("token: hidden.hidden7890123456"),
    "4:8 token: the value is not a token: it has the form of a bootstrap token, which only admits agents and expires; use another form",
  ],
  [
    "half of the full form",
    below("token: K10hidden"),
    "4:8 token: the value is not a token: at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>",
  ],
  [
    "a number",
    below("token: 12345678901234567890"),
    "4:8 token: the value is not a token: write it in quotes to make it text (at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>)",
  ],
  [
    "a list",
    below("token: [hidden]"),
    "4:8 token: the value is not a token: at most 512 visible ASCII characters other than a colon, or the full form, K10<64 hex digits>::server:<password>",
  ],
  [
    "the full form for agents",
    below("agentToken: K100000000000000000000000000000000000000000000000000000000000000000::node:hidden"),
    "4:13 agentToken: the value is not an agent token: give only the password, what follows the last colon",
  ],
])("refused: %s", (_, text, ...mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});
