import { inspect } from "node:util";
import { machine } from "../../remote/pool";
import { deadline, failure, says, script, servers } from "./servers";

const { serve } = servers();

/** As sudo does: asks on standard error, three times at most, and reads standard input byte by byte. */
const asking = `
[ "$1 $2 $3" = "-k -S -p" ] || exit 9
prompt=$4; shift 4
for _ in 1 2 3; do
  printf %s "$prompt" >&2
  read -r given || break
  [ "$given" != "it's right" ] || exec "$@"
  echo 'Sorry, try again.' >&2
done
echo 'sudo: 3 incorrect password attempts' >&2
exit 1`;

describe("sudo", () => {
  test("that wants a password, and none is given, is an error", async () => {
    const { target } = await serve({ sudo: 'echo "sudo: a password is required" >&2; exit 1' });
    const error = await failure({ ...target, user: "ops" });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain("sudo refused ops");
    expect(error.remedy).toContain("Give sudoPassword");
    expect(error.remedy).toContain("NOPASSWD");
    const here = machine("s1", { ...target, user: "ops" });
    expect(await here.run(script("echo fine"), { deadline, root: false })).toBe("fine\n");
  });

  test("is given its password, which is in no command line, environment or output", async () => {
    const { server, target } = await serve({ sudo: asking });
    const s1 = machine("s1", { ...target, user: "ops", sudoPassword: "it's right" });
    const text = "echo out; echo talk >&2; env; tr '\\0' ' ' <\"/proc/$PPID/cmdline\"; cat";
    const answer = await s1.attempt(script(text), { deadline });
    expect(answer).toMatchObject({ code: 0, stderr: "talk\n" });
    expect(answer.stdout).toMatch(/^out\n/);
    expect(`${answer.stdout}${server.commands}`).not.toContain("it's right");
  });

  test("that does not ask is not told the password, and the script runs as it is", async () => {
    const { target } = await serve({ sudo: 'shift 4; exec "$@"' });
    expect(await says({ ...target, user: "ops", sudoPassword: "x" }, "echo in; cat")).toBe("in\n");
  });

  test("that does not take the password is an error that names it, at its second question", async () => {
    const { target } = await serve({ sudo: asking });
    const error = await failure({ ...target, user: "ops", sudoPassword: "hunter22" });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain(
      `"probe" did not start: sudo on 127.0.0.1:${target.port} did not take the sudoPassword of ops`,
    );
    expect(error.remedy).toContain("Correct sudoPassword");
    expect(inspect(error, { depth: 9 })).not.toContain("hunter22");
  });

  test("that asks once only and refuses is an error that names the password", async () => {
    const once = `printf %s "$4" >&2; read -r _; echo 'sudo: 1 incorrect password attempt' >&2; exit 1`;
    const { target } = await serve({ sudo: once });
    const error = await failure({ ...target, user: "ops", sudoPassword: "hunter22" });
    expect(error.message).toContain("did not take the sudoPassword of ops");
  });

  test("that takes the password and allows nothing is an error with its words", async () => {
    const refusing = `printf %s "$4" >&2; read -r _; echo 'ops is not in the sudoers file.' >&2; echo 'sudo: no' >&2; exit 1`;
    const { target } = await serve({ sudo: refusing });
    const error = await failure({ ...target, user: "ops", sudoPassword: "hunter22" });
    expect(error.message).toContain("sudo refused ops");
    expect(error.remedy).toContain("Allow ops to use sudo");
  });

  test.each([[undefined], ["hunter22"]])(
    "that wants a terminal is an error that says so (%s)",
    async (sudoPassword) => {
      const { target } = await serve({
        sudo: 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1',
      });
      const error = await failure({ ...target, user: "ops", sudoPassword });
      expect(error.kind).toBe("authentication");
      expect(error.message).toContain("requiretty");
      expect(error.remedy).toContain("Defaults:ops !requiretty");
    },
  );

  test("that asks a question of its own ends at the deadline, with the question", async () => {
    const { target } = await serve({ sudo: 'printf "Token: " >&2; read -r _' });
    const error = await failure({ ...target, user: "ops", sudoPassword: "hunter22" }, 500);
    expect(error.kind).toBe("timed out");
    expect(error.message).toContain("Token:");
  });
});
