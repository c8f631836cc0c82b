import { checkManifest, parseManifest } from "../../manifest/parse";
import { below, threeServers } from "./texts";

describe("a virtual address", () => {
  test("has HAProxy under it, is in the API's certificate, and says all that holds for it", () => {
    const { endpoint, haproxy, tlsSans } = parseManifest(
      threeServers("endpoint: { vip: 10.0.0.100/24 }"),
      "f",
    );
    expect(endpoint).toEqual({
      vip: [{ address: "10.0.0.100/24" }],
      port: 8443,
      vrrp: { version: 3, advertInterval: "200 ms" },
      check: { interval: "1000 ms", timeout: "800 ms", fall: 2, rise: 1 },
    });
    expect(tlsSans).toEqual(["10.0.0.100"]);
    expect(haproxy).toMatchObject({ port: 16443, healthCheck: "anonymous-health", stats: { port: 1936 } });
  });

  test("may be several, each with its interface and label", () => {
    const more = `endpoint:
  vip: [10.0.0.100/24, { address: "fd00::100/64", interface: eth1 }]
  interface: eth0
  label: api
  routerId: 7
  vrrp: { version: 2, password: pw }
  check: { interval: 2 s, timeout: 1 s, fall: 3 }
`;
    const { endpoint, tlsSans } = parseManifest(threeServers(more), "f");
    expect(endpoint).toEqual({
      vip: [
        { address: "10.0.0.100/24", label: "api" },
        { address: "fd00::100/64", interface: "eth1" },
      ],
      port: 8443,
      interface: "eth0",
      routerId: 7,
      vrrp: { version: 2, password: "pw" },
      check: { interval: "2 s", timeout: "1 s", fall: 3, rise: 1 },
    });
    expect(tlsSans).toEqual(["10.0.0.100", "fd00::100"]);
  });
});

test("a virtual address of IPv6 is the same however it is spelled", () => {
  const one = (vip: string) =>
    parseManifest(threeServers(`endpoint: { vip: [10.0.0.100/24, "${vip}"] }`), "f");
  expect(one("FD00:0::0100/64")).toEqual(one("fd00::100/64"));
  expect(one("FD00:0::0100/64").tlsSans).toEqual(["10.0.0.100", "fd00::100"]);
});

describe("balancers", () => {
  const two =
    "balancers: [{ name: lb1, host: 10.0.0.31 }, { name: lb2, host: 10.0.0.32, ssh: { port: 2222 } }]";

  test("are none by default", () => {
    expect(parseManifest(threeServers(""), "f").balancers).toEqual([]);
  });

  test("are logged in to as all machines are, and bring HAProxy with them", () => {
    const its = parseManifest(
      threeServers(`ssh: { user: ops }\n${two}\nendpoint: { vip: 10.0.0.100/24 }`),
      "f",
    );
    expect(its.balancers).toMatchObject([
      { name: "lb1", host: "10.0.0.31", ssh: { user: "ops" } },
      { name: "lb2", host: "10.0.0.32", ssh: { user: "ops", port: 2222 } },
    ]);
    expect([its.haproxy?.port, its.endpoint?.port]).toEqual([16443, 8443]);
    expect(checkManifest(its, "again")).toEqual(its);
  });

  test("and agents may have one port, each for itself", () => {
    const more = `${two}\nendpoint: { vip: 10.0.0.100/24 }\nhaproxy: { port: 8443 }`;
    expect(parseManifest(below(more), "f").haproxy?.port).toBe(8443);
  });

  test("may have a port of k3s, which is not there, and one server behind them", () => {
    const its = parseManifest(below(`${two}\nendpoint: { address: lb.example.com }`), "f");
    expect(its.endpoint).toEqual({ address: "lb.example.com", port: 6443 });
    expect(
      parseManifest(below(`${two}\nendpoint: { vip: 10.0.0.100/24, port: 6443 }`), "f").endpoint?.port,
    ).toBe(6443);
  });
});

describe("HAProxy", () => {
  const haproxyOf = (more: string, release?: string) =>
    parseManifest(threeServers(more, release), "f").haproxy;

  test.each(["", "haproxy: false"])("is not there unless it is asked for: %j", (more) => {
    expect(parseManifest(threeServers(more), "f")).not.toHaveProperty("haproxy");
  });

  test("asks servers that the version lets be asked, and takes any answer of older ones", () => {
    expect(haproxyOf("haproxy: {}")?.healthCheck).toBe("anonymous-health");
    expect(haproxyOf("haproxy: {}", "v1.31.4+k3s1")?.healthCheck).toBe("anonymous-auth");
    expect(haproxyOf("haproxy: { healthCheck: anonymous-auth }", "v1.31.4+k3s1")?.healthCheck).toBe(
      "anonymous-auth",
    );
  });

  test("has the defaults that its configuration has", () => {
    expect(haproxyOf("haproxy: {}")).toEqual({
      port: 16443,
      healthCheck: "anonymous-health",
      stats: { address: "*", port: 1936, user: "admin", metrics: "beside" },
      timing: {
        inter: "750 ms",
        fastinter: "250 ms",
        downinter: "1000 ms",
        connect: "750 ms",
        check: "600 ms",
        fall: 2,
        rise: 2,
      },
      package: "remove",
      always: false,
    });
  });

  test.each([
    "haproxy: { stats: false }\nendpoint: { vip: 10.0.0.100/24, port: 1936 }",
    "haproxy: { stats: { metrics: { address: 127.0.0.1, port: 9101 } } }",
    "haproxy: {}\napiserver: { args: [authentication-config=/etc/own.yaml, oidc-issuer-url=https://x] }",
    "haproxy: { healthCheck: any-401 }\napiserver: { args: [anonymous-auth=false] }",
    "haproxy: { healthCheck: anonymous-auth }\napiserver: { args: [anonymous-auth=true] }",
  ])("may be as this says: %j", (more) => {
    expect(haproxyOf(more)).toBeDefined();
  });

  test("stays as it is when the manifest is checked again", () => {
    const more =
      "endpoint: { vip: [10.0.0.100/24, 10.0.0.101/24], label: api, vrrp: { advertInterval: 1 s } }";
    const once = parseManifest(threeServers(more), "f");
    expect(checkManifest(once, "again")).toEqual(once);
  });
});
