import { plain } from "../../remote/plain";

test.each([
  ["as it is", "it's 5 °C\t字 😀\n", "it's 5 °C\t字 😀\n"],
  ["with colours", "\u001b[31mred\u001b[0m", " [31mred [0m"],
  ["that clears the screen", "a\u001b[2J\u001b]0;title\u0007b", "a [2J ]0;title b"],
  ["that goes back in its line", "50 %\r100 %\r\ndone\r\n", "50 %\n100 %\ndone\n"],
  ["with other control characters", "a\0b\bc\u007fd\u009be", "a b c d e"],
  ["that turns its direction", "a\u202eb\u2066c\u2028d", "a b c d"],
])("a text %s", (_, text, shown) => {
  expect(plain(text)).toBe(shown);
});
