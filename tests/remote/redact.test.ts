import { quote } from "../../remote/quote";
import { redact } from "../../remote/redact";

const token = "K10it's/a+token?";
const key = "-----BEGIN KEY-----\nMIIabcdefgh/+\nshort\n-----END KEY-----\n";

test.each([
  ["plain", token],
  ["quoted for a shell", quote(token).slice(1, -1)],
  ["in JSON", JSON.stringify({ token: `${token}"` })],
  ["in base64", Buffer.from(token).toString("base64")],
  ["in base64 for URLs", Buffer.from(token).toString("base64url")],
  ["in a URL", encodeURIComponent(token)],
  ["twice", `${token} ${token}`],
])("a secret is not to be found %s", (_, text) => {
  const clean = redact(`before ${text} after`, [token]);
  expect(clean).toMatch(/^before .*\[secret\].* after$/);
  expect(clean).not.toContain("token?");
  expect(clean).not.toContain(text);
});

test("each telling line of a secret of several lines is taken out", () => {
  expect(redact("bad line: MIIabcdefgh/+", [key])).toBe("bad line: [secret]");
  expect(redact(`all: ${key}`, [key])).toBe("all: [secret]");
  expect(redact("a short word", [key])).toBe("a short word");
});

test("lines of a secret's base64 are taken out", () => {
  const secret = "0123456789abcdef".repeat(20);
  const wrapped = (
    Buffer.from(secret)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  )
    .slice(0, -1)
    .join("\n");
  expect(redact(wrapped, [secret])).toMatch(/^(\[secret\]\n?)+$/);
});

test("a secret without its last line break is taken out", () => {
  expect(redact("token=abc", ["abc\n"])).toBe("token=[secret]");
});

test("of two secrets the one that contains the other is taken out whole", () => {
  expect(redact("abcdef", ["abc", "abcdef"])).toBe("[secret]");
});

test.each([[[]], [[""]], [["\n"]]])("the secrets %j change nothing", (secrets) => {
  expect(redact("a text\n", secrets)).toBe("a text\n");
});

test("what looks like a pattern is taken literally", () => {
  expect(redact("a.c abc $& $1", ["a.c", "$&"])).toBe("[secret] abc [secret] $1");
});
