import { fact, parseFacts } from "../../../providers/preflight/facts";

test("what a machine says of itself cannot steer the terminal", () => {
  expect(parseFacts("owner=\u001b[2Jdev/s1\u0007\n")).toEqual({ owner: ["[2Jdev/s1"] });
});

test("facts are lines of name=value; a value may hold an equals sign, and a name come again", () => {
  const facts = parseFacts("arch=x86_64\nnoise\nodd=a=b \nbusy=1\nbusy=2\n");
  expect(facts).toEqual({ arch: ["x86_64"], odd: ["a=b"], busy: ["1", "2"] });
  expect([fact(facts, "busy"), fact(facts, "none")]).toEqual(["1", ""]);
});
