import { type Answer, type Outcome, type StubMachine, stubMachine } from "./harness";

const server = "/var/lib/rancher/k3s/server";

/** What dd says of a write that took so many seconds. */
function took(seconds: string): Answer {
  return {
    shell: `printf x; printf '1+0 records in\\n1+0 records out\\n2300 bytes (2.3 kB, 2.2 KiB) copied, ${seconds} s, 2.8 MB/s\\n' >&2`,
  };
}

/** A machine whose writes take these times after the first, which does not count, and the last time on and on. */
function writing(...answers: Answer[]): StubMachine {
  const machine = stubMachine();
  machine.write("/var/lib/x", "");
  machine.stub("sync", { "-f *": 0, "": 0 });
  machine.stub("dd", { "*": [took("9"), ...answers] });
  return machine;
}

/** The same where a second goes by whenever somebody asks for the time, so that there is one write to measure. */
function hastily(...answers: Answer[]): StubMachine {
  const machine = writing(...answers);
  machine.stub("date", { "+%s": { shell: "echo x >>asked; wc -l <asked" } });
  return machine;
}

function left(machine: StubMachine): string[] {
  return Object.keys(machine.snapshot()).filter((file) => file.startsWith("/var/lib/"));
}

function many(count: number, answer: Answer): Answer[] {
  return Array.from({ length: count }, () => answer);
}

test("the slowest write but one in a hundred is told, in microseconds, and nothing is left", () => {
  const machine = writing(...many(97, took("0.000821143")), took("0.0123456"), took("0.143"), took("2.5"));
  const outcome = machine.run("measure-disk");
  expect(outcome).toMatchObject({ code: 0, stdout: "143000 99 100\n", stderr: "" });
  expect(new Set(outcome.linesOf("dd"))).toEqual(new Set(["if=/dev/zero bs=2300 count=1 conv=fdatasync"]));
  expect(left(machine)).toEqual(["/var/lib/x"]);
});

test.each([
  ["GNU writes as a power of ten", "4.6e-05 s,", "46"],
  ["busybox writes", "0.001500 seconds,", "1500"],
])("a time is read that %s", (_, time, microseconds) => {
  const answer = { shell: `echo '2300 bytes (2.2KB) copied, ${time} 1.8MB/s' >&2` };
  expect(hastily(answer).run("measure-disk").stdout).toBe(`${microseconds} 1 1\n`);
});

test("of few writes the slowest is told, and no more are begun after two seconds", () => {
  const machine = writing(took("0.7"), took("0.9"), took("0.8"));
  machine.stub("date", { "+%s": ["10\n", "10\n", "11\n", "11\n", "12\n"] });
  const outcome = machine.run("measure-disk");
  expect(outcome).toMatchObject({ code: 0, stdout: "900000 3 3\n" });
  expect(outcome.linesOf("dd")).toHaveLength(4);
});

test("it writes where the database will be, or in the nearest folder above that exists", () => {
  const where = (machine: StubMachine) => machine.run("measure-disk").linesOf("sync");
  const machine = hastily(took("0.001"));
  expect(where(machine)).toEqual([`-f ${machine.path("/var/lib/.k3s-disk-test")}`]);
  machine.write(`${server}/db/x`, "");
  expect(where(machine)).toEqual([`-f ${machine.path(`${server}/db/.k3s-disk-test`)}`]);
});

test("what was written before is brought to the disk before anything is measured", () => {
  const order = (outcome: Outcome) =>
    outcome.calls.map(({ name }) => name).filter((name) => ["sync", "dd"].includes(name));
  const machine = hastily(took("0.001"));
  expect(order(machine.run("measure-disk")).slice(0, 2)).toEqual(["sync", "dd"]);
  machine.stub("sync", { "-f *": 1, "": 0 });
  expect(order(machine.run("measure-disk")).slice(0, 3)).toEqual(["sync", "sync", "dd"]);
});

test("a dd without fdatasync is asked for fsync", () => {
  const machine = hastily();
  machine.stub("dd", { "*conv=fdatasync": 1, "*conv=fsync": took("0.002") });
  expect(machine.run("measure-disk")).toMatchObject({ code: 0, stdout: "2000 1 1\n" });
});

test.each([
  ["etcd's", `${server}/db/etcd/member/wal/0.wal`],
  ["SQLite's", `${server}/db/state.db`],
])("beside a database that is there, %s, nothing is written", (_, file) => {
  const machine = stubMachine();
  machine.write(file, "");
  const before = machine.snapshot();
  expect(machine.run("measure-disk")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(machine.snapshot()).toEqual(before);
});

test("what a join that failed has left of etcd is no database", () => {
  const machine = hastily(took("0.001"));
  machine.write(`${server}/db/etcd/name`, "s2-1");
  expect(machine.run("measure-disk").stdout).toBe("1000 1 1\n");
});

test("a disk that cannot be written ends it with 74, dd's reason and nothing left", () => {
  const machine = writing();
  machine.stub("dd", { "*": { shell: "echo 'dd: error writing: No space left on device' >&2; exit 1" } });
  expect(machine.run("measure-disk")).toMatchObject({
    code: 74,
    stdout: "",
    stderr: "dd: error writing: No space left on device\n",
  });
  expect(left(machine)).toEqual(["/var/lib/x"]);
});

test("a dd that tells no times ends it with 69", () => {
  const machine = hastily({ shell: "echo '1+0 records out' >&2" });
  expect(machine.run("measure-disk")).toMatchObject({
    code: 69,
    stdout: "",
    stderr: "its dd does not tell how long it takes\n",
  });
});

test("one that is told to end leaves nothing", () => {
  const machine = writing();
  machine.stub("dd", { "*": { shell: 'command kill -TERM "$PPID"' } });
  const { code } = machine.run("measure-disk");
  expect(code).toBe(143);
  expect(left(machine)).toEqual(["/var/lib/x"]);
});
