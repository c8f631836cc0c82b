import { fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { haproxyInputs, password } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const haproxy = () => host().resource("HaProxy");

describe("check", () => {
  const mistakes = async (given: object) => {
    const { failures } = await haproxy().check(undefined, haproxyInputs(await machines.machine("a1"), given));
    return failures.map(({ reason }) =>
      reason.split("\n")[0]?.replace(/^a1: checking what is asked for: /, ""),
    );
  };

  test("takes what is good, and keeps that nobody has touched it", async () => {
    const a1 = await machines.machine("a1");
    const { inputs, failures } = await haproxy().check(undefined, haproxyInputs(a1));
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ unit: "active, enabled", files: "as written", package: "installed" });
  });

  test("tells all that is wrong at once", async () => {
    const bad: Props = {
      cluster: "prod #",
      backends: [
        { name: "s 1", address: "10.0.0.11", port: 6443 },
        { name: "s2", address: "s2.example", port: 0 },
        { name: "s2", address: "10.0.0.12", port: 6443 },
      ],
      listeners: [
        { address: "localhost", port: 1 },
        { address: "10.0.0.12", port: 6443 },
        { address: "10.0.0.12", port: 6443 },
      ],
      caHash: "K10",
      healthCheck: "none",
      timing: { interval: 1, fall: 0 },
      stats: { listener: { address: "*", port: 70_000 }, user: "a:b", metrics: "closed" },
    };
    expect(await mistakes(bad)).toEqual([
      'the cluster is "prod #", and must be letters, digits, dots and dashes',
      'the name of a server is "s 1", and must be letters, digits, dots and dashes',
      'the address of s2 is "s2.example", and must be an IP address',
      "the server s2 is there twice",
      'the address to listen on is "localhost", and must be an IP address or *',
      "the port is 70000, and must be a whole number from 1 to 65535",
      "the listener 10.0.0.12:6443 is there twice",
      "fall is 0, and must be a whole number from 1 to 100",
      "interval is 1, and must be a whole number from 50 to 600000",
      "the statistics page: the user must not have a colon, which ends it",
      "caHash must be the SHA-256 of the cluster's CA",
      'the health check is "none", and must be one of anonymous-health, anonymous-auth, any-401',
      "it would listen on 10.0.0.12:6443, where k3s of s2 does: take port 8443",
    ]);
  });

  test.each([
    [{ backends: [] }, "a balancer needs a server to pass connections to"],
    [{ listeners: [] }, "a balancer needs an address to listen on"],
    [{ machine: "a 1" }, 'the machine is "a 1", and must be letters, digits, dots and dashes'],
    [{ statsPassword: "ä" }, "the statistics page: the password must be 1 to 128 printable ASCII characters"],
    [
      { statsPassword: undefined },
      "the statistics page: the password must be 1 to 128 printable ASCII characters",
    ],
  ])("refuses %j", async (given, mistake) => {
    const found = await mistakes(given);
    expect(found.map((each) => each?.replace(/^a 1: checking what is asked for: /, ""))).toEqual([mistake]);
  });

  test("says what to do, and shows no password", async () => {
    const a1 = await machines.machine("a1");
    const given = haproxyInputs(a1, { statsPassword: `${password}ä` });
    const { failures } = await haproxy().check(undefined, given);
    expect(failures[0]?.reason).toMatch(/\n {2}next: correct it, then run this again; nothing was touched$/);
    expect(failures[0]?.property).toBe("");
    expect(failures[0]?.reason).not.toContain(password);
  });
});
