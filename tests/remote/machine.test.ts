import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../remote/machine";
import { closeAll, machine } from "../../remote/pool";
import { until } from "../until";
import { deadline, failing, script, servers } from "./servers";

const { serve, folder } = servers();

const overSsh = async (user = "root"): Promise<Machine> => machine("s1", { ...(await serve()).target, user });

describe.each([
  ["over ssh", overSsh],
  ["over ssh and sudo", () => overSsh("ops")],
  ["on this machine", async () => machine("s1", { transport: "local" })],
])("a script %s", (_, make) => {
  test("says what it says, with its variables, and its exit code is told", async () => {
    const s1 = await make();
    const variables = { GREETING: "it's $HOME\n" };
    const text = 'printf %s "$GREETING"; echo talk >&2; exit 75';
    expect(await s1.attempt(script(text), { variables, deadline })).toEqual({
      code: 75,
      stdout: "it's $HOME\n",
      stderr: "talk\n",
    });
  });

  test("cannot steer the terminal by what it says, and answers as it is", async () => {
    const s1 = await make();
    const text = "printf 'a\\033b\\n'; printf '\\033[2Jodd\\007\\r\\n' >&2";
    expect(await s1.attempt(script(text), { deadline })).toEqual({
      code: 0,
      stdout: "a\u001bb\n",
      stderr: " [2Jodd \n",
    });
  });

  test("that must succeed and does not is an error with all that it said", async () => {
    const s1 = await make();
    const text = "echo out; echo 'bad pa55word' >&2; exit 3";
    const error = await failing(s1.run(script(text, "join"), { deadline, secrets: ["pa55word"] }));
    expect(error).toMatchObject({ kind: "failed", machine: "s1", script: "join" });
    expect(error.answer).toEqual({ code: 3, stdout: "out\n", stderr: "bad [secret]\n" });
    expect(error.message).toBe(
      's1: "join" failed with exit code 3: bad [secret].\nCorrect the cause on s1, then run this again.',
    );
  });

  test("reads nothing from its standard input", async () => {
    const s1 = await make();
    expect(await s1.run(script("cat; echo end"), { deadline })).toBe("end\n");
  });

  test("may fail by set -e inside of main", async () => {
    const s1 = await make();
    const text = "set -eu\nmain() {\n  false\n  echo on\n}\nmain";
    expect(await s1.attempt(script(text), { deadline })).toMatchObject({ code: 1, stdout: "" });
  });

  test("that is cut in half does not run at all", async () => {
    const s1 = await make();
    const file = join(folder, "half");
    const error = await failing(s1.attempt(script(`: >'${file}'\nif true; then`), { deadline }));
    expect(error.kind).toBe("failed");
    expect(error.message).toContain('"probe" did not start');
    expect(readdirSync(folder)).not.toContain("half");
  });

  test("that takes too long is ended, with all that it started", async () => {
    const s1 = await make();
    const text = "echo begun; (sleep 100 & echo $!; wait)";
    const error = await failing(s1.run(script(text, "wait"), { deadline: 500 }));
    expect(error).toMatchObject({ kind: "timed out", script: "wait" });
    expect(error.message).toContain('"wait" did not finish within 0.5 s and was ended');
    const [begun, pid = ""] = error.answer?.stdout.split("\n") ?? [];
    expect(begun).toBe("begun");
    await ended(pid);
  });

  test("that would not end by itself is killed", async () => {
    const s1 = await make();
    const text = "trap '' TERM; echo $$; while :; do sleep 1; done";
    const error = await failing(s1.run(script(text), { deadline: 300 }));
    expect(error.kind).toBe("timed out");
    await ended(error.answer?.stdout);
  });

  test("that is cancelled is ended", async () => {
    const s1 = await make();
    const controller = new AbortController();
    const file = join(folder, "begun");
    const work = s1.run(script(`echo $$; : >'${file}'; sleep 100`), { deadline, signal: controller.signal });
    await s1.run(script(`until [ -e '${file}' ]; do sleep 0.01; done; rm '${file}'`), { deadline });
    controller.abort();
    const error = await failing(work);
    expect(error.kind).toBe("connection lost");
    expect(error.message).toContain("was cancelled while it ran");
    await ended(error.answer?.stdout);
  });

  test("that a signal ends has failed", async () => {
    const s1 = await make();
    const error = await failing(s1.attempt(script("kill -KILL $$"), { deadline }));
    expect(error.kind).toBe("failed");
    expect(error.message).toContain("signal SIGKILL");
  });

  test("that says a great deal is heard from its end", async () => {
    const s1 = await make();
    const text = "yes 0123456789abcdef | head -c 5000000; echo last";
    const output = await s1.run(script(text), { deadline });
    expect(output).toMatch(/^\[\d+ bytes are left out\]\n0123456789abcdef\n/);
    expect(output.endsWith("last\n")).toBe(true);
    expect(output.length).toBeLessThan(257 * 1024);
  });

  test("with a NUL character in a variable is refused", async () => {
    const s1 = await make();
    await expect(s1.run(script(":"), { variables: { A: "\0" }, deadline })).rejects.toThrow("NUL");
  });

  test("may be long, and so may be its variables", async () => {
    const s1 = await make();
    const value = "'\\$(`é\n".repeat(20_000);
    const text = `${"# a comment\n".repeat(10_000)}printf %s "$VALUE" | wc -c`;
    const output = await s1.run(script(text), { variables: { VALUE: value }, deadline });
    expect(Number(output)).toBe(Buffer.byteLength(value));
  });

  test("writes a file with its mode in one step", async () => {
    const s1 = await make();
    const path = join(folder, "it's a file");
    writeFileSync(path, "old", { mode: 0o644 });
    const before = statSync(path).ino;
    const content = "-n new\\n 'content'\n\n";
    await s1.writeFile(path, content, { mode: "0600", deadline });
    expect(readFileSync(path, "utf8")).toBe(content);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(["it's a file"]);
    rmSync(path);
  });

  test("that cannot write a file leaves nothing behind and tells no content", async () => {
    const s1 = await make();
    const error = await failing(s1.writeFile(folder, "content", { mode: "0600", deadline }));
    expect(error.message).toContain(`"write ${folder}" failed with exit code 1: ${folder} is a folder`);
    expect(readdirSync(folder)).toEqual([]);
    const missing = s1.writeFile(join(folder, "no", "file"), "content", { mode: "0600", deadline });
    expect((await failing(missing)).message).toContain("No such file or directory");
  });

  test("goes on while others begin, and all of them end with closeAll", async () => {
    const s1 = await make();
    const begun = (name: number) => join(folder, `begun${name}`);
    const works = [1, 2, 3].map((name) =>
      failing(s1.run(script(`: >'${begun(name)}'; sleep 100`), { deadline })),
    );
    const wait = [1, 2, 3].map((name) => `until [ -e '${begun(name)}' ]; do sleep 0.01; done`).join("\n");
    await s1.run(script(`${wait}\nrm '${folder}'/begun*`), { deadline });
    await closeAll();
    for (const error of await Promise.all(works))
      expect(error.message).toContain('"probe" was cancelled while it ran, and ended');
    expect(await s1.run(script("echo again"), { deadline })).toBe("again\n");
  });
});

test.each([
  ["relative/path", "0600", "no absolute path"],
  ["/path", "rw", "no file mode"],
  ["/path", "600; reboot", "no file mode"],
])("a file at %j with the mode %j is refused", async (path, mode, message) => {
  const here = machine("here", { transport: "local" });
  await expect(here.writeFile(path, "", { mode, deadline })).rejects.toThrow(message);
});

test("a local script that may do without root does not ask for it", async () => {
  const here = machine("here", { transport: "local" });
  expect(await here.run(script("id -u"), { deadline, root: false })).toBe(`${process.getuid?.()}\n`);
});

/** The signal goes to all of a script at once: its shell may be gone a moment before what it started. */
async function ended(said: string | undefined): Promise<void> {
  const pid = Number(said);
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`${said} is no process`);
  await until(`process ${pid} has ended`, () => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended may still wait for its parent to notice.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
