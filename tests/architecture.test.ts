import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Who may import whom; a room that is not named here may import nothing of ours. */
const allowed: Record<string, string[]> = {
  "index.ts": ["manifest", "components"],
  manifest: ["k3s", "balancer", "words"],
  components: ["providers", "manifest", "k3s", "balancer"],
  providers: ["k3s", "balancer", "remote", "words"],
  k3s: ["balancer", "manifest"],
  balancer: ["k3s", "manifest"],
  words: [],
  remote: [],
  cli: ["providers", "manifest", "k3s", "remote"],
  lab: ["remote", "manifest"],
};

/** These know neither the outside world nor Pulumi; each takes from another only types, save from those before it. */
const pure = ["words", "balancer", "k3s", "manifest"];

/** Packages that a room must do without, whatever else it needs. */
const forbidden: Record<string, RegExp> = {
  remote: /^@pulumi\//,
  ...Object.fromEntries(
    pure.map((room) => [room, /^(@pulumi\/|ssh2$|(node:)?(fs|net|child_process|http|https|os)$)/]),
  ),
};

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], { encoding: "utf8" })
  .trim()
  .split("\n")
  // Git lists a file until its removal is committed.
  .filter((file) => !/^(tests|examples|bench)\//.test(file) && existsSync(file));

const imports = sources.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import|import\(|require\()\s*["']([^"']+)["']/g)].map(
    ([, name = ""]) => ({
      file,
      room: roomOf(file),
      name,
      target: name.startsWith(".") ? roomOf(normalize(join(dirname(file), name))) : undefined,
    }),
  ),
);

test("every source file lives in a room of the map", () => {
  const known = Object.keys(allowed);
  expect(sources.filter((file) => !known.includes(roomOf(file)))).toEqual([]);
});

test("imports between rooms follow the arrows", () => {
  const wrong = imports.filter(
    ({ room, target }) => target !== undefined && target !== room && !allowed[room]?.includes(target),
  );
  expect(wrong.map(({ file, name }) => `${file} imports ${name}`)).toEqual([]);
});

test("rooms do without the packages that are not theirs", () => {
  const wrong = imports.filter(({ room, name }) => forbidden[room]?.test(name));
  expect(wrong.map(({ file, name }) => `${file} imports ${name}`)).toEqual([]);
});

test("pure rooms take only types from each other, save from those that come before", () => {
  const wrong = sources
    .filter((file) => pure.includes(roomOf(file)))
    .flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^import (?!type ).*from "(\.\.[^"]*)"/gm)]
        .filter(
          ([, name = ""]) =>
            pure.indexOf(roomOf(normalize(join(dirname(file), name)))) > pure.indexOf(roomOf(file)),
        )
        .map(([line]) => `${file}: ${line}`),
    );
  expect(wrong).toEqual([]);
});

function roomOf(file: string): string {
  return file.split("/")[0] ?? file;
}
