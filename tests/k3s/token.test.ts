import { parseToken, pinnedToken } from "../../k3s/token";

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
