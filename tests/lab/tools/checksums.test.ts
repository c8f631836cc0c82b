import { sha256In } from "../../../lab/tools/checksums";

const sum = "0123456789abcdef".repeat(4);
const other = "f".repeat(64);

test.each([
  ["two spaces, as sha256sum prints", `${other}  k3s-images.txt\n${sum}  k3s\n`],
  ["a star for binary mode", `${sum} *k3s\n`],
  ["a path", `${sum}  ./k3s\n`],
  ["upper case and carriage returns", `${sum.toUpperCase()}  k3s\r\n`],
])("the sum of a file is found with %s", (_, list) => {
  expect(sha256In(list, "k3s")).toBe(sum);
});

test.each([
  ["does not name the file", `${sum}  k3s-arm64\n`],
  ["names it with too short a sum", `${sum.slice(1)}  k3s\n`],
  ["is a web page", "<html><body>Please log in  k3s</body></html>"],
])("nothing is found in a list that %s", (_, list) => {
  expect(sha256In(list, "k3s")).toBeUndefined();
});
