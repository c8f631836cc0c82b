import { parseToken, pinnedToken, renewed } from "../../k3s/token";

const hash = "a".repeat(64);

test("a pinned token gives its CA, its user and its password", () => {
  expect(parseToken(`K10${hash}::server:s:e cret`)).toEqual({
    caHash: hash,
    user: "server",
    password: "s:e cret",
  });
});

test.each(["secret", "K10short::server:x", `K10${hash}`])("%j is a password and nothing else", (text) => {
  expect(parseToken(text)).toEqual({ password: text });
});

test("what is pinned can be read again", () => {
  expect(parseToken(pinnedToken(hash, "node", "p"))).toEqual({ caHash: hash, user: "node", password: "p" });
});

test.each([
  ["old", "new"],
  [`K10${hash}::server:old`, `K10${hash}::server:new`],
  [`K10${hash}::node:old`, `K10${hash}::node:new`],
])("%s is as full with another password", (token, now) => {
  expect(renewed(token, "new")).toBe(now);
});
