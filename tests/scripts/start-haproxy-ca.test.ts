import { ca, certificate, config, curlSays, machineWith, running, sum, variables } from "./start-haproxy";

describe("the CA", () => {
  test("of another cluster is refused with 76, nothing that trusts it is written or started", () => {
    const machine = machineWith();
    curlSays(machine, { "10.0.0.11": "theirs" });
    const outcome = machine.run("start-haproxy", variables);
    expect(outcome).toMatchObject({
      code: 76,
      stdout: "",
      stderr: `https://10.0.0.11:6443 belongs to another cluster: its CA is ${sum("theirs")}, not ${variables.CA_HASH}\n`,
    });
    expect([outcome.linesOf("systemctl"), machine.has(ca), machine.has(config)]).toEqual([[], false, false]);
    expect(machine.has(`${ca}.new`)).toBe(false);
  });

  test("is asked of the next server where one is another's, or says nothing", () => {
    for (const first of ["theirs", 7]) {
      const machine = machineWith();
      curlSays(machine, { "10.0.0.11": first, "[fd00::12]": certificate });
      expect(machine.run("start-haproxy", variables).stdout).toBe("started\n");
      expect(machine.read(ca)).toBe(certificate);
    }
  });

  test("that nobody hands out is told with 69", () => {
    const machine = machineWith();
    curlSays(machine, {});
    const outcome = machine.run("start-haproxy", variables);
    expect(outcome).toMatchObject({ code: 69, stderr: "no server hands out the CA\n" });
    expect(outcome.linesOf("systemctl")).toEqual([]);
  });

  test("that has become another is fetched, and read by a reload", () => {
    const machine = running();
    curlSays(machine, { "10.0.0.11": "new" }, "5e");
    const outcome = machine.run("start-haproxy", { ...variables, CA_HASH: sum("new") });
    expect([outcome.stdout, machine.read(ca)]).toEqual(["reloaded\n", "new"]);
  });

  test("that was good stays where its successor cannot be had", () => {
    const machine = running();
    const before = machine.snapshot();
    curlSays(machine, { "10.0.0.11": "theirs" }, "5e");
    expect(machine.run("start-haproxy", { ...variables, CA_HASH: sum("new") }).code).toBe(76);
    expect(machine.read(ca)).toBe(certificate);
    expect(machine.snapshot()[config]).toBe(before[config]);
  });

  test("is asked for past any proxy, and not believed for its certificate", () => {
    const outcome = machineWith().run("start-haproxy", variables);
    expect(outcome.linesOf("curl")[0]).toMatch(
      /^-fsSk --noproxy \* --max-time 5 -o .* https:\/\/10\.0\.0\.11/,
    );
  });
});
