import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attempt, type CommandResult, command } from "../../lab/command";
import { inRepository } from "../../lab/folders";
import { minutes } from "../e2e/labs";
import { freshMachine } from "./fresh-machine";

test(
  "G01 a machine with only Debian, Node, git and Go runs both commands from a clone",
  async () => {
    const machine = await freshMachine();
    try {
      const cold = { demo: await machine.run("npm run demo"), test: await machine.run("npm test") };
      expect(cold.demo).toMatchObject({ code: 0, stdout: expect.stringContaining("npm run demo -- down") });
      expect(cold.test).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/\d+ passed, 0 failed, 0 skipped\s*$/),
      });
      const again = await machine.run("npm run demo");
      expect(again.code).toBe(0);
      expect(again.stderr).not.toMatch(/installing|compiling|making|building/);
      expect((await machine.run("npm run demo -- down")).code).toBe(0);
      expect((await machine.run("docker ps -aq; docker volume ls -q")).stdout).toBe("");
    } finally {
      await machine.remove();
    }
  },
  minutes(85),
);

const breaks: [string, (clone: string) => void][] = [
  ["formatting", (clone) => appendFileSync(join(clone, "lab/space.ts"), "\nexport   const odd = 1;\n")],
  ["lint", (clone) => appendFileSync(join(clone, "lab/space.ts"), '\nexport const odd = eval("1");\n')],
  [
    "a type",
    (clone) => appendFileSync(join(clone, "tests/e2e/labs.ts"), '\nexport const odd: number = "1";\n'),
  ],
  ["a script", (clone) => appendFileSync(join(clone, "lab/image/init.sh"), "\nrm $1\n")],
  ["a unit test", (clone) => addTest(clone, "tests/broken.test.ts")],
  ["a component test", (clone) => addTest(clone, "tests/components/broken.test.ts")],
  ["a provider test", (clone) => addTest(clone, "tests/providers/broken.test.ts")],
  ["an end-to-end test", (clone) => addTest(clone, "tests/e2e/broken.test.ts")],
  ["nothing, but a test is skipped", (clone) => addTest(clone, "tests/e2e/broken.test.ts", "test.skip")],
  [
    "a suite that does not load",
    (clone) => addFile(clone, "tests/e2e/broken.test.ts", 'import "./nowhere";\n'),
  ],
];

test(
  "G02 .ci/run fails when anything of any kind is broken, and only then",
  async () => {
    await withClone(async (clone) => {
      const whole = await ci(clone);
      expect([whole.code, whole.stdout]).toEqual([
        0,
        expect.stringMatching(/\d+ passed, 0 failed, 0 skipped\s*$/),
      ]);
      for (const [what, breakIt] of breaks) {
        breakIt(clone);
        const { code, stdout } = await ci(clone);
        expect({ what, failed: code !== 0, said: / [1-9]\d* failed, /.test(stdout) }).toEqual({
          what,
          failed: true,
          said: true,
        });
        await command("git", ["-C", clone, "stash", "-qu"]);
      }
    });
  },
  minutes(30),
);

/** A clone with the packages of this one, and of the end-to-end tests one quick one. */
async function withClone(work: (clone: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "clone-"));
  const clone = join(folder, "clone");
  try {
    await command("git", ["clone", "-q", inRepository(), clone]);
    cpSync(inRepository("node_modules"), join(clone, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const tests = readdirSync(join(clone, "tests/e2e")).filter((file) => file.endsWith(".test.ts"));
    for (const file of tests) if (file !== "bastion.test.ts") rmSync(join(clone, "tests/e2e", file));
    const author = ["-c", "user.name=trial", "-c", "user.email=trial@localhost"];
    await command("git", ["-C", clone, ...author, "commit", "-qam", "Keep one end-to-end test"]);
    await command("git", ["-C", clone, "config", "user.name", "trial"]);
    await command("git", ["-C", clone, "config", "user.email", "trial@localhost"]);
    await work(clone);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ci(clone: string): Promise<CommandResult> {
  return attempt("bash", [join(clone, ".ci/run")], {
    env: { ...process.env, CI: "true", LAB_RUN: undefined },
  });
}

function addTest(clone: string, file: string, kind = "test"): void {
  addFile(clone, file, `${kind}("is broken", () => {\n  expect(1).toBe(2);\n});\n`);
}

function addFile(clone: string, file: string, text: string): void {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), text);
}
