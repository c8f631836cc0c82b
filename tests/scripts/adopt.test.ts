import { type StubMachine, stubMachine } from "./harness";
import { variables as installing } from "./install-node";

const folder = "/etc/rancher/k3s";
const unit = "/etc/systemd/system/k3s.service";
const variables = { ...installing, OWNER: "prod/s1", REGISTRATION: "{}\n", RENEW: "", ADOPT: "keep" };

const keeper = { KEEPER: "echo keep\n", KEEPER_SERVICE: "[Service]\n", KEEPER_PATH: "[Path]\n" };
const keeperUnit = "snapshot-tokens-k3s";

const theirs = {
  [unit]: "[Service]\nExecStart=/usr/local/bin/k3s server --cluster-init\n",
  [`${unit}.env`]: "K3S_TOKEN='t0ken'\n",
  [`${folder}/config.yaml`]: "disable: []\n",
  [`${folder}/config.yaml.d/10.yaml`]: "debug: false\n",
  "/usr/local/bin/k3s-killall.sh": "#!/bin/sh\n",
  "/usr/local/bin/k3s-uninstall.sh": "#!/bin/sh\n",
};

/** A server that runs, as somebody else installed it. */
function foreign(state = "active"): StubMachine {
  const machine = stubMachine();
  for (const [file, text] of Object.entries(theirs)) machine.write(file, text, 0o640);
  machine.write("/usr/local/lib/k3s/v1.33.3+k3s1/k3s", "one", 0o755);
  machine.write("/usr/local/bin/k3s", "theirs", 0o755);
  machine.write(`${folder}/registries.yaml`, "mirrors: {}\n");
  machine.stub("systemctl", {
    "daemon-reload": 0,
    "enable --quiet k3s": 0,
    "is-active k3s": { shell: `echo ${state}; [ ${state} = active ]` },
    "reset-failed k3s": 0,
    "start --no-block k3s": 0,
    "restart --no-block k3s": 0,
    [`enable --quiet ${keeperUnit}.path ${keeperUnit}.service`]: 0,
    [`restart ${keeperUnit}.path`]: 0,
    [`start --no-block ${keeperUnit}.service`]: 0,
  });
  return machine;
}

const kept = (machine: StubMachine, file: string) => `${folder}/adopted${machine.path(file)}`;

test("what runs goes on, with files and a unit of ours and nothing that says anything else", () => {
  const machine = foreign();
  const outcome = machine.run("install-node", variables);
  expect(outcome).toMatchObject({ code: 0, stdout: "unchanged\n", stderr: "" });
  expect(outcome.linesOf("systemctl")).toEqual(["daemon-reload", "enable --quiet k3s", "is-active k3s"]);
  const texts = [`${folder}/owner`, `${folder}/config.yaml`, unit, "/usr/local/bin/k3s"].map(machine.read);
  expect(texts).toEqual(["prod/s1", variables.CONFIG, variables.UNIT_TEXT, "one"]);
  const gone = Object.keys(theirs).filter((file) => ![unit, `${folder}/config.yaml`].includes(file));
  expect(gone.filter(machine.has)).toEqual([]);
  expect([machine.has(`${folder}/.changed`), machine.read(`${folder}/registries.yaml`)]).toEqual([
    false,
    "mirrors: {}\n",
  ]);
});

test("all that was there is kept as it was, for root alone", () => {
  const machine = foreign();
  machine.run("install-node", variables);
  for (const [file, text] of Object.entries(theirs))
    expect([file, machine.read(kept(machine, file)), machine.mode(kept(machine, file))]).toEqual([
      file,
      text,
      "640",
    ]);
  expect(machine.mode(`${folder}/adopted`)).toBe("700");
});

test("once more nothing is touched, as an update or as the beginning of another run", () => {
  const machine = foreign();
  machine.run("install-node", variables);
  expect(machine.run("install-node", { ...variables, MADE: "yes", ADOPT: "no" }).stdout).toBe("unchanged\n");
  const before = machine.snapshot();
  expect(machine.run("install-node", variables).stdout).toBe("unchanged\n");
  expect(machine.snapshot()).toEqual(before);
});

test("what has to start again does, once", () => {
  const machine = foreign();
  const restart = { ...variables, ADOPT: "restart" };
  expect(machine.run("install-node", restart).stdout).toBe("restarted\n");
  expect(machine.run("install-node", { ...variables, MADE: "yes", ADOPT: "no" }).stdout).toBe("unchanged\n");
});

test("what does not run is started", () => {
  expect(foreign("inactive").run("install-node", variables).stdout).toBe("started\n");
});

test("a run that is cut off goes on, keeps what was there first, and restarts what it was to restart", () => {
  const machine = foreign();
  machine.stub("chmod", { "0755 *": 1, "*": { shell: 'chmod "$@"' } });
  expect(machine.run("install-node", { ...variables, ADOPT: "restart" }).code).toBe(1);
  expect([machine.has(`${folder}/owner`), machine.has(`${folder}/.changed`)]).toEqual([false, true]);
  machine.stub("chmod", { "*": { shell: 'chmod "$@"' } });
  expect(machine.run("install-node", { ...variables, ADOPT: "restart" }).stdout).toBe("restarted\n");
  expect(machine.read(kept(machine, unit))).toBe(theirs[unit]);
  expect(machine.has(kept(machine, `${folder}/config.yaml.d/registration.yaml`))).toBe(false);
});

test("its snapshots have their tokens kept from then on, and k3s goes on", () => {
  const machine = foreign();
  const outcome = machine.run("install-node", { ...variables, ...keeper });
  expect(outcome.stdout).toBe("unchanged\n");
  expect(outcome.linesOf("systemctl")).toContain(`restart ${keeperUnit}.path`);
  expect(machine.read(`${folder}/keep-snapshot-tokens`)).toBe(keeper.KEEPER);
  expect(machine.read(`${folder}/.written`)).toContain(`${keeperUnit}.path`);
});

test("the owner is said when all else is written", () => {
  const machine = foreign();
  machine.stub("chmod", { "0644 *.path.new": 1, "*": { shell: 'chmod "$@"' } });
  expect(machine.run("install-node", { ...variables, ...keeper }).code).toBe(1);
  expect([machine.has(`${folder}/keep-snapshot-tokens`), machine.has(`${folder}/owner`)]).toEqual([
    true,
    false,
  ]);
});

test("variables that are declared take the place of those of the installer", () => {
  const machine = foreign();
  machine.run("install-node", { ...variables, ENVIRONMENT: "# Ours.\nNO_PROXY=a\n" });
  expect(machine.read(`${unit}.env`)).toBe("# Ours.\nNO_PROXY=a\n");
});

test("a node of another cluster is not taken over", () => {
  const machine = foreign();
  machine.write(`${folder}/owner`, "dev/s1");
  const before = machine.snapshot();
  expect(machine.run("install-node", variables).code).toBe(73);
  expect(machine.snapshot()).toEqual(before);
});
