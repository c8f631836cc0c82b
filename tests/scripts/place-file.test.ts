import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { type Outcome, type StubMachine, stubMachine } from "./harness";

const file = "/etc/it's a file";
const content = "-n new\\n 'content' $HOME\n\n";
const sum = (text: string) => createHash("sha256").update(text).digest("hex");

function machineWith(old?: string): StubMachine {
  const machine = stubMachine();
  machine.stub("sync", { "*": "" });
  machine.write("/etc/neighbour", "");
  if (old !== undefined) machine.write(file, old);
  return machine;
}

const inputs = (machine: StubMachine) => ({
  FILE: machine.path(file),
  MODE: "0640",
  CONTENT: "",
  SHA256: "",
});
const written = (machine: StubMachine, CONTENT = content) =>
  machine.run("place-file", { ...inputs(machine), CONTENT });
const fed = (machine: StubMachine, text = content, SHA256 = sum(text)) =>
  machine.run("place-file", { ...inputs(machine), SHA256 }, text);
const names = (machine: StubMachine) => readdirSync(machine.path("/etc")).sort();

describe.each<[string, (machine: StubMachine, text?: string) => Outcome]>([
  ["given", written],
  ["fed", fed],
])("content that is %s", (_, place) => {
  test.each([
    ["nothing", undefined],
    ["another file", "old"],
  ])("takes the place of %s in one step, with its mode", (_name, old) => {
    const machine = machineWith(old);
    const before = machine.snapshot()[file]?.split(" ")[1];
    expect(place(machine)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(machine.read(file)).toBe(content);
    expect(machine.mode(file)).toBe("640");
    expect(machine.snapshot()[file]?.split(" ")[1]).not.toBe(before);
    expect(names(machine)).toEqual(["it's a file", "neighbour"]);
  });

  test("may be empty", () => {
    const machine = machineWith("old");
    expect(place(machine, "")).toMatchObject({ code: 0 });
    expect(machine.read(file)).toBe("");
  });

  test("is in no argument list, and nobody else's to read before it has its mode", () => {
    const machine = machineWith();
    machine.stub("chmod", { "*": { shell: 'stat -c %a "$2" >&2; chmod "$@"' } });
    const { stderr, calls } = place(machine);
    expect(stderr).toBe("600\n");
    expect(JSON.stringify(calls)).not.toContain("content");
  });

  test("is on the disk before it has its name", () => {
    const machine = machineWith("old");
    machine.stub("sync", { "*": { shell: `cat ${machine.path("/etc")}/it*file; echo "|$1"` } });
    const { stdout, linesOf } = place(machine);
    const [, temporary] = stdout.split("|");
    expect(stdout).toMatch(/^old/);
    expect(linesOf("mv")).toEqual([`-f ${temporary?.trim()} ${machine.path(file)}`]);
  });

  test("is placed also where sync takes no file", () => {
    const machine = machineWith();
    machine.stub("sync", { "*": { shell: "echo 'sync: extra operand' >&2; exit 1" } });
    expect(place(machine)).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(["chmod", "mv"])("leaves everything as it was where %s fails", (step) => {
    const machine = machineWith("old");
    const before = machine.snapshot();
    machine.stub(step, { "*": 1 });
    expect(place(machine).code).toBe(1);
    expect(machine.snapshot()[file]).toBe(before[file]);
    expect(names(machine)).toEqual(["it's a file", "neighbour"]);
  });

  test.each(["HUP", "INT", "TERM"])("leaves everything as it was where %s ends the script", (signal) => {
    const machine = machineWith("old");
    machine.stub("chmod", { "*": { shell: `kill -s ${signal} $PPID` } });
    expect(place(machine).code).toBe(143);
    expect(machine.read(file)).toBe("old");
    expect(names(machine)).toEqual(["it's a file", "neighbour"]);
  });

  test("has no place where a folder is, or no folder", () => {
    const machine = machineWith();
    machine.write(`${file}/inner`, "");
    expect(place(machine)).toMatchObject({ code: 1, stderr: `${machine.path(file)} is a folder\n` });
    expect(names(machine)).toEqual(["it's a file", "neighbour"]);
    const none = stubMachine();
    expect(place(none)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("No such file or directory"),
    });
  });
});

test("what arrives and is something else is told with both sums, and leaves everything as it was", () => {
  const machine = machineWith("old");
  const { code, stderr } = fed(machine, "half", sum("whole"));
  expect(code).toBe(65);
  expect(stderr).toBe(
    `what arrived for ${machine.path(file)} (4 bytes) has the SHA-256 ${sum("half")} instead of ${sum("whole")}\n`,
  );
  expect(machine.read(file)).toBe("old");
  expect(names(machine)).toEqual(["it's a file", "neighbour"]);
});

test.each(["cat", "sha256sum"])("a disk that %s finds full leaves everything as it was", (step) => {
  const machine = machineWith("old");
  machine.stub(step, { "": 1 });
  expect(fed(machine).code).toBe(1);
  expect(machine.read(file)).toBe("old");
  expect(names(machine)).toEqual(["it's a file", "neighbour"]);
});
