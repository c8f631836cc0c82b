import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { quote, withVariables } from "../../remote/quote";
import { script } from "../../remote/script";

/** What a stub does: prints a text, exits with a number, or runs shell of the test's own. */
export type Answer = string | number | { shell: string };

/** By the arguments, where * stands for anything. Of several answers each is given once, and the last one on and on. */
export type Answers = Record<string, Answer | Answer[]>;

export interface Call {
  name: string;
  args: string[];
  /** What it read from standard input, where the answer's shell calls `input`. */
  input: string;
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Every command in its order, the tools that are no stubs included. */
  calls: Call[];
  /** The arguments of one command's calls, a line each. */
  linesOf(name: string): string[];
}

/** A temporary folder that a script takes for its machine. */
export interface StubMachine {
  /** Where the file of that name on the machine really is. */
  path(file: string): string;
  write(file: string, text: string, mode?: number): void;
  read(file: string): string;
  remove(file: string): void;
  has(file: string): boolean;
  mode(file: string): string;
  /** Every file's and folder's mode, inode, time of change and text. */
  snapshot(): Record<string, string>;
  stub(name: string, answers: Answers): void;
  /** What is fed comes on descriptor 3, as remote/wrap.ts has it. */
  run(name: string, variables?: Record<string, string>, fed?: string): Outcome;
}

/** Scripts may use these as they are; everything else must be a stub. */
const tools =
  "awk base64 cat chmod cp cut find flock grep head ln mkdir mktemp mv rm rmdir sed sha256sum sort stat tail touch tr uniq wc";

/** The top folders that scripts name, which are moved, and those that none has a reason to name. */
const known = /(?<![\w\\$}./-])\/(etc|proc|run|sys|usr|var)(?=\/)/g;
const unknown = /(?<![\w\\$}./-])\/(etc|proc|run|sys|usr|var|bin|boot|home|lib|mnt|opt|root|sbin|srv|tmp)\b/;

const dash = ["/bin/sh", "/bin/dash", "/usr/bin/dash"]
  .filter((file) => fs.existsSync(file))
  .find((file) => basename(fs.realpathSync(file)) === "dash");

const made: string[] = [];

afterEach(() => {
  for (const home of made.splice(0)) fs.rmSync(home, { recursive: true, force: true });
});

export function stubMachine(): StubMachine {
  if (!dash) throw new Error("The scripts are tested with dash, and there is none here: install dash.");
  const home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "machine-")));
  made.push(home);
  for (const name of ["root/run", "stubs", "tools", "tmp", "turns"])
    fs.mkdirSync(join(home, name), { recursive: true });
  command(home, "tool", 'exec "$name" "$@"');
  for (const tool of tools.split(" ")) fs.symlinkSync(join(home, "tool"), join(home, "tools", tool));

  const path = (file: string) => join(home, "root", file);
  const stub = (name: string, answers: Answers) =>
    command(home, `stubs/${name}`, choice(home, name, answers));
  const clock = join(home, "clock");
  fs.writeFileSync(clock, "1000000000");
  // Time passes by sleeping, and only so.
  stub("date", { "+%s": { shell: `cat ${clock}` } });
  stub("sleep", { "*": { shell: `echo $(($(cat ${clock}) + 1)) >${clock}` } });
  // A script may silence these, so that nobody would hear that they are missing.
  for (const name of ["kill", "systemctl", "ip", "umount"]) stub(name, {});
  stub("chown", { "root:root *": 0 });
  stub("stat", statAsRoot);

  return {
    path,
    stub,
    write: (file, text, mode = 0o644) => {
      fs.mkdirSync(dirname(path(file)), { recursive: true });
      fs.writeFileSync(path(file), text);
      fs.chmodSync(path(file), mode);
    },
    read: (file) => fs.readFileSync(path(file), "utf8"),
    remove: (file) => fs.rmSync(path(file)),
    has: (file) => fs.existsSync(path(file)),
    mode: (file) => (fs.statSync(path(file)).mode & 0o7777).toString(8),
    snapshot: () => snapshot(path("/")),
    run: (name, variables = {}, fed) => run(home, name, variables, fed),
  };
}

/** Files are root's, whoever runs the tests. */
export const statAsRoot: Answers = {
  "-c %a:%U:%G *": { shell: 'echo "$(stat -c %a "$3"):root:root"' },
  "*": { shell: 'stat "$@"' },
};

/** An answer of curl: what was asked for, where its arguments want it. */
export function download(text: string): Answer {
  return { shell: `printf %s ${quote(text)} >"$(after -o "$@")"` };
}

/** Each command first leaves a record, and gets back this machine's own tools. */
function command(home: string, file: string, text: string): void {
  const prelude = `name=\${0##*/}
printf '%s\\0' "$$" "$#" "$name" "$@" >>${home}/calls/all
PATH=${quote(process.env.PATH ?? "")}
input() { cat >${home}/calls/$$; }
refuse() { echo "$name $*" >>${home}/calls/refused; exit 97; }
after() { wanted=$1; while [ "$2" != "$wanted" ]; do shift; done; echo "$3"; }
`;
  fs.writeFileSync(join(home, file), `#!${dash}\n${prelude}${text}\n`, { mode: 0o755 });
}

function choice(home: string, name: string, answers: Answers): string {
  const cases = Object.entries(answers).map(([pattern, answer], index) => {
    const words = pattern.split("*").map(quote).join("*");
    return `${words}) ${inTurn([answer].flat(), join(home, "turns", `${name}.${index}`))};;\n`;
  });
  return `case "$*" in\n${cases.join("")}*) refuse "$@" ;;\nesac`;
}

function inTurn(answers: Answer[], counter: string): string {
  const last = answers.length - 1;
  const turns = answers.map((answer, turn) => `${turn === last ? "*" : turn}) ${doing(answer)};;\n`);
  return `turn=$(cat ${counter} 2>/dev/null || echo 0)
echo $((turn + 1)) >${counter}
case $turn in ${turns.join("")}esac`;
}

function doing(answer: Answer): string {
  if (typeof answer === "number") return `exit ${answer}`;
  return typeof answer === "string" ? `printf %s ${quote(answer)}` : `${answer.shell}\n`;
}

function run(home: string, name: string, variables: Record<string, string>, fed = ""): Outcome {
  const calls = join(home, "calls");
  fs.rmSync(calls, { recursive: true, force: true });
  fs.mkdirSync(calls);
  fs.writeFileSync(join(home, "fed"), fed);
  const text = withVariables(moved(script(name).text, join(home, "root")), variables);
  const { status, stdout, stderr } = spawnSync(dash ?? "", ["-s"], {
    // As remote/wrap.ts has it: read whole before any of it runs, with nothing to read. kill is built into dash.
    input: `umask 022\nkill() { ${home}/stubs/kill "$@"; }\n{\n${text}\n} 3<${home}/fed </dev/null\n`,
    env: { PATH: `${home}/stubs:${home}/tools`, TMPDIR: join(home, "tmp"), LC_ALL: "C" },
    cwd: join(home, "root"),
    encoding: "utf8",
    timeout: 10_000,
  });
  const refused = join(calls, "refused");
  if (fs.existsSync(refused)) throw new Error(`no stub answers: ${fs.readFileSync(refused, "utf8")}`);
  if (/: not found$/m.test(stderr)) throw new Error(`neither a tool nor a stub: ${stderr}`);
  if (fs.readdirSync(join(home, "tmp")).length > 0) throw new Error(`${name} left a temporary file`);
  const all = recorded(calls);
  const linesOf = (wanted: string) =>
    all.filter((call) => call.name === wanted).map(({ args }) => args.join(" "));
  return { code: status, stdout, stderr, calls: all, linesOf };
}

/** The script with its paths beneath the root; a path that is not known is an error, and never the real one. */
function moved(text: string, root: string): string {
  const [found] = unknown.exec(text.replaceAll(/^#.*/gm, "").replaceAll(known, "x")) ?? [];
  if (found) throw new Error(`The script names ${found}, which would be this machine's own.`);
  return text.replaceAll(known, `${root}/$1`);
}

function recorded(folder: string): Call[] {
  const file = join(folder, "all");
  const words = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\0").slice(0, -1) : [];
  const calls: Call[] = [];
  while (words.length > 0) {
    const [pid = "", count = "0", name = ""] = words.splice(0, 3);
    const input = join(folder, pid);
    const args = words.splice(0, Number(count));
    calls.push({ name, args, input: fs.existsSync(input) ? fs.readFileSync(input, "utf8") : "" });
  }
  return calls;
}

function snapshot(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const entry = (file: string) => {
    const status = fs.statSync(file);
    const text = status.isFile() ? fs.readFileSync(file, "utf8") : "";
    return [status.mode.toString(8), status.ino, status.mtimeMs, text].join(" ");
  };
  return Object.fromEntries(names.map((name) => [`/${name}`, entry(join(folder, name))]));
}
