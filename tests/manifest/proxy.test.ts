import { proxyFor, sparing } from "../../manifest/proxy";

const proxy = { http: "http://plain:1", https: "http://tls:2", noProxy: [] };

test.each([
  ["http://a.example/x", [], "http://plain:1"],
  ["https://a.example/x", [], "http://tls:2"],
  ["https://a.example/x", ["*"], "none"],
  ["https://A.example:8443/x", ["a.example"], "none"],
  ["https://deep.a.example", ["a.example"], "none"],
  ["https://deep.a.example", [".a.example"], "none"],
  ["https://a.example", [".a.example"], "http://tls:2"],
  ["https://ba.example", ["a.example"], "http://tls:2"],
  ["https://10.1.2.3", ["10.0.0.0/8"], "none"],
  ["https://11.1.2.3", ["10.0.0.0/8", "10.1.2.3"], "http://tls:2"],
  ["https://[fd00::1]:5000/x", ["fd00::/64"], "none"],
  ["https://[fd00::1]:5000/x", ["FD00:0::1"], "none"],
  ["https://[fd00::1]:5000/x", ["[fd00::1]"], "none"],
  ["https://[fd00::1]:5000/x", ["10.0.0.1", "fd00::2"], "http://tls:2"],
])("%s, with %j to be reached directly, is fetched through %s", (address, noProxy, expected) => {
  expect(proxyFor(address, { ...proxy, noProxy })).toBe(expected);
});

test("where no proxy is given for it, the machine's environment decides", () => {
  expect(proxyFor("https://a.example", { http: "http://plain:1", noProxy: [] })).toBe("");
});

test("only addresses that nothing holds are added", () => {
  const given = { ...proxy, noProxy: ["10.0.0.0/24", ".internal"] };
  const addresses = ["10.0.0.7", "10.0.1.7", "s1.internal", "s1.example", "10.0.1.7"];
  expect(sparing(given, addresses).noProxy).toEqual(["10.0.0.0/24", ".internal", "10.0.1.7", "s1.example"]);
});
