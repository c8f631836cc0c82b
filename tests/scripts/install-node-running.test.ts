import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";
import type { StubMachine } from "./harness";
import { installed, staged, unitIs, variables, written } from "./install-node";

describe("an agent's token", () => {
  const agent = { UNIT: "k3s-agent", AGENT_TOKEN: "" };

  function inState(state: string): StubMachine {
    const machine = staged();
    machine.stub("systemctl", { "is-active k3s-agent": state, "*": 0 });
    machine.run("install-node", { ...variables, ...agent });
    return machine;
  }

  test.each<[string, string]>([
    ["that runs, which reads it when it starts, restarts nothing", "active"],
    ["that it waits with is taken at once", "activating"],
  ])("of one %s", (_case, state) => {
    const machine = inState(state);
    const outcome = machine.run("install-node", { ...variables, ...agent, TOKEN: "other" });
    expect(outcome).toMatchObject({ code: 0, stdout: state === "active" ? "unchanged\n" : "restarted\n" });
    expect(machine.read("/etc/rancher/k3s/token")).toBe("other");
    expect(machine.read(written)).toContain(createHash("sha256").update("other").digest("hex"));
  });
});

describe("certificates that are to be others", () => {
  const renew = { ...variables, RENEW: "yes" };

  function rotating(code: number): StubMachine {
    const machine = installed();
    const k3s = `#!/bin/sh\necho "$*" >>${machine.path("/etc/asked")}\necho first\necho 'level=fatal no' >&2\nexit ${code}\n`;
    machine.write("/usr/local/lib/k3s/v1.33.3+k3s1/k3s", k3s, 0o755);
    return machine;
  }

  test("are moved away by k3s before it starts again", () => {
    const machine = rotating(0);
    expect(machine.run("install-node", renew)).toMatchObject({ code: 0, stdout: "restarted\n" });
    expect(machine.read("/etc/asked")).toBe("certificate rotate\n");
    expect(machine.run("install-node", variables)).toMatchObject({ code: 0, stdout: "unchanged\n" });
  });

  test("and that k3s does not move away end it with 70 and its last words; the next run restarts", () => {
    const machine = rotating(1);
    expect(machine.run("install-node", renew)).toMatchObject({
      code: 70,
      stderr: "k3s does not rotate its certificates: level=fatal no\n",
    });
    expect(machine.run("install-node", variables)).toMatchObject({ code: 0, stdout: "restarted\n" });
  });
});

const keeper = {
  KEEPER: "echo keep\n",
  KEEPER_SERVICE: "[Service]\n",
  KEEPER_PATH: "[Path]\n",
};

describe("what keeps the tokens of snapshots", () => {
  const units = "/etc/systemd/system/snapshot-tokens-k3s";
  const files = {
    "/etc/rancher/k3s/keep-snapshot-tokens": ["700", keeper.KEEPER],
    [`${units}.service`]: ["644", keeper.KEEPER_SERVICE],
    [`${units}.path`]: ["644", keeper.KEEPER_PATH],
  };

  test("comes to a node that runs, is begun, and restarts no k3s", () => {
    const machine = installed();
    const outcome = machine.run("install-node", { ...variables, ...keeper, MADE: "yes" });
    expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n", stderr: "" });
    for (const [file, [mode, text]] of Object.entries(files)) {
      expect([file, machine.mode(file), machine.read(file)]).toEqual([file, mode, text]);
      expect(machine.read(written)).toContain(` ${machine.path(file)}\n`);
    }
    expect(outcome.linesOf("systemctl")).toEqual([
      "daemon-reload",
      "enable --quiet k3s",
      "enable --quiet snapshot-tokens-k3s.path snapshot-tokens-k3s.service",
      "restart snapshot-tokens-k3s.path",
      "start --no-block snapshot-tokens-k3s.service",
      "is-active k3s",
    ]);
  });

  test("is written again when it was touched, and restarts no k3s", () => {
    const machine = installed();
    machine.run("install-node", { ...variables, ...keeper });
    machine.write(`${units}.path`, "odd");
    expect(machine.run("install-node", { ...variables, ...keeper }).stdout).toBe("unchanged\n");
    expect(machine.read(`${units}.path`)).toBe(keeper.KEEPER_PATH);
  });

  test("has its folder made for root alone, before k3s starts, and one that is there is left as it is", () => {
    const machine = staged();
    const folder = machine.path("/srv/k3s/snapshots");
    const given = { ...variables, ...keeper, SNAPSHOTS: folder };
    expect(machine.run("install-node", given).stdout).toBe("started\n");
    expect(["/srv/k3s", "/srv/k3s/snapshots"].map(machine.mode)).toEqual(["755", "700"]);
    chmodSync(folder, 0o750);
    unitIs(machine, "active");
    expect(machine.run("install-node", given).stdout).toBe("unchanged\n");
    expect(machine.mode("/srv/k3s/snapshots")).toBe("750");
  });
});
