import { type Outcome, stubMachine } from "./harness";

function journalOf(lines: string[]): Outcome {
  const machine = stubMachine();
  machine.stub("journalctl", { "-u k3s *": lines.map((line) => `${line}\n`).join("") });
  return machine.run("journal", { UNIT: "k3s" });
}

function logged(level: string, message: string): string {
  return `time="2026-01-01T00:00:00Z" level=${level} msg="${message}"`;
}

test("what went wrong is told, and nothing else", () => {
  const { code, stdout } = journalOf([
    "Starting k3s.service",
    logged("info", "Starting k3s"),
    logged("error", "no route to host"),
    logged("error", "Failed to set sysctl: open /proc/sys/net/x: permission denied"),
    logged("error", "Sending HTTP/1.1 503 response to 127.0.0.1:40092: runtime core not ready"),
    "panic: runtime error",
    "Error: unknown flag",
    logged("fatal", 'said \\"not authorized\\"'),
    "k3s.service: Main process exited",
  ]);
  expect(code).toBe(0);
  expect(stdout).toBe(
    'error: no route to host\npanic: runtime error\nError: unknown flag\nfatal: said \\"not authorized\\"\n',
  );
});

test("what HAProxy calls an alert is told", () => {
  const bound =
    "Binding for frontend kubernetes: cannot bind socket (Address already in use) [127.0.0.1:16443]";
  const { stdout } = journalOf([
    "[NOTICE]   (21) : haproxy version is 2.6.12",
    `[ALERT]    (21) : ${bound}`,
    `[ALERT] 324/195500 (21) : ${bound}`,
    "[WARNING]  (21) : Server ready/s1 is DOWN",
  ]);
  expect(stdout).toBe(`${bound}\n`);
});

test("the last eight lines are told, and what repeats is told once", () => {
  const lines = Array.from({ length: 12 }, (_, index) => logged("error", `${index}`));
  const told = journalOf([...lines, ...Array(5).fill(logged("fatal", "not authorized"))]).stdout;
  const numbers = [5, 6, 7, 8, 9, 10, 11].map((number) => `error: ${number}\n`);
  expect(told).toBe(`${numbers.join("")}fatal: not authorized\n`);
});

test.each(["s3cret", "s3/cr:et", "s3@cret", 's3\\"cret'])(
  "the password %s in an address is left out",
  (password) => {
    const { stdout } = journalOf([logged("fatal", `dial postgres://k3s:${password}@db:5432/k3s: refused`)]);
    expect(stdout).toBe("fatal: dial postgres://…@db:5432/k3s: refused\n");
  },
);

test.each(["get https://10.0.0.1:6443/x?y: refused", "mail@example.com is not https://example.com"])(
  "an address without a password is told: %s",
  (message) => {
    expect(journalOf([logged("error", message)]).stdout).toBe(`error: ${message}\n`);
  },
);

test("a journal without complaints is told as nothing", () => {
  expect(journalOf([logged("info", "well")])).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("only the unit's own journal is read, past no pager", () => {
  const [line] = journalOf([]).linesOf("journalctl");
  expect(line).toMatch(/^-u k3s (.* )?--no-pager/);
});
