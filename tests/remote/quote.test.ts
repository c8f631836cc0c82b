import { execFileSync } from "node:child_process";
import { quote, withVariables } from "../../remote/quote";

const hostile = [
  "",
  " ",
  "it's",
  "'",
  "''''",
  `"double" and 'single'`,
  "$(touch /tmp/pwned) `id` $HOME $0",
  "a\nb\n\n",
  "\n",
  "-n",
  "--help",
  "\\n \\ \\' \\\\",
  "! * ? [a] ~ # % & | ; < > ( ) { }",
  "tab\tand\rreturn and \u001b[31m",
  "naïve – 日本語 – 🚀 – \u0081\u0088\u00ff",
  Array.from({ length: 0x7ff }, (_, code) => String.fromCodePoint(code + 1)).join(""),
  "'\"$`\\\n".repeat(11_000),
  "x".repeat(64 * 1024),
];

test.each(hostile.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
  "a shell reads %s as it was",
  (_, value) => {
    const script = withVariables('printf %s "$VALUE"\n', { VALUE: value });
    expect(execFileSync("/bin/sh", ["-s"], { input: script }).equals(Buffer.from(value))).toBe(true);
  },
);

test("any mixture of special characters comes back from a shell", () => {
  const alphabet = [
    "'",
    '"',
    "\\",
    "$",
    "`",
    "\n",
    "(",
    ")",
    "!",
    "-",
    " ",
    "é",
    "🚀",
    "a",
    "\u0081",
    "\t",
    "{",
    "}",
    "#",
  ];
  // A fixed sequence, so that a failure can be repeated.
  let state = 42;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return alphabet[Math.floor((state / 2 ** 31) * alphabet.length)];
  };
  const values = Array.from({ length: 200 }, () => Array.from({ length: 30 }, next).join(""));
  const script = values.map((value) => `printf '%s\\000' ${quote(value)}\n`).join("");
  const output = execFileSync("/bin/sh", ["-s"], { input: script }).toString();
  expect(output.split("\0").slice(0, -1)).toEqual(values);
});

test("quoting is byte for byte what it is", () => {
  expect(quote("a'b")).toBe("'a'\\''b'");
  expect(withVariables("echo\n", { A: "1", B_2: "x y" })).toBe("A='1'\nB_2='x y'\necho\n");
});

test("a NUL character is refused", () => {
  expect(() => quote("a\0b")).toThrow("NUL");
});

test.each(["a", "1A", "A-B", "A=1", "", "A;B", "A\n", "Ä"])(
  "%j is refused as the name of a variable",
  (name) => {
    expect(() => withVariables("", { [name]: "" })).toThrow("no name for a script's variable");
  },
);
