import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cached, make } from "../../../lab/tools/cache";
import { faults, type Manifest, readManifest, suspects } from "../../../lab/tools/manifest";
import { captureTalk, scratchFolder } from "./scratch";

const origin = { version: "1.2.3", source: "go build x" };
const folder = scratchFolder();
const said = captureTalk();

const entry = () => join(folder(), "tool", "1.2.3");

function makeEntry(): Promise<Manifest> {
  return make(entry(), async (temporary) => {
    writeFileSync(join(temporary, "tool"), "binary");
    mkdirSync(join(temporary, "share"));
    writeFileSync(join(temporary, "share", "help"), "text");
    return origin;
  });
}

/** Changes a file as a failing disk does: neither its size nor its time tells. */
function damageInPlace(file: string): void {
  const { mtimeMs } = statSync(file);
  writeFileSync(file, "BINARY");
  utimesSync(file, mtimeMs / 1_000, mtimeMs / 1_000);
}

test("an entry is found again with its version, source and sealed files", async () => {
  const made = await makeEntry();
  expect(await cached(entry())).toEqual(made);
  expect(made).toMatchObject(origin);
  expect(Object.keys(made.files).sort()).toEqual(["share/help", "tool"]);
  expect(made.files.tool).toMatchObject({
    size: 6,
    sha256: "9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd",
  });
});

test.each([
  ["a file is gone", () => rmSync(join(entry(), "tool")), "tool is missing"],
  ["a file is cut", () => writeFileSync(join(entry(), "tool"), "bin"), "tool has changed"],
  ["a file was written anew", () => writeFileSync(join(entry(), "tool"), "BINARY"), "tool has changed"],
  ["a file was added", () => writeFileSync(join(entry(), "more"), "x"), "more does not belong there"],
])("an entry counts as absent when %s", async (_, damage, fault) => {
  await makeEntry();
  await new Promise((resolve) => setTimeout(resolve, 5));
  damage();
  expect(await cached(entry())).toBeUndefined();
  expect(said()).toContain(`is damaged (${fault}): making it again`);
});

test("an entry without a manifest counts as absent", async () => {
  await makeEntry();
  rmSync(join(entry(), "manifest.json"));
  expect(await cached(entry())).toBeUndefined();
});

test("an entry with half a manifest counts as absent", async () => {
  await makeEntry();
  const manifest = join(entry(), "manifest.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").slice(0, 60));
  expect(await cached(entry())).toBeUndefined();
});

test("an entry whose files have another time only is whole, and is not hashed the next time", async () => {
  await makeEntry();
  utimesSync(join(entry(), "tool"), 1_000, 1_000);
  expect(await cached(entry())).toBeDefined();
  expect((await readManifest(entry()))?.files.tool?.mtimeMs).toBe(1_000_000);
});

test("only a thorough look finds a change that neither size nor time tells", async () => {
  const manifest = await makeEntry();
  damageInPlace(join(entry(), "tool"));
  expect(await faults(entry(), manifest)).toEqual([]);
  expect(await faults(entry(), manifest, { thorough: true })).toEqual(["tool has changed"]);
});

test("a damaged entry is replaced as a whole", async () => {
  await makeEntry();
  writeFileSync(join(entry(), "stray"), "x");
  await makeEntry();
  expect(readdirSync(entry()).sort()).toEqual(["manifest.json", "share", "tool"]);
});

test("work that fails leaves the old entry and nothing half-made", async () => {
  const made = await makeEntry();
  const failed = make(entry(), async (temporary) => {
    writeFileSync(join(temporary, "tool"), "half");
    throw new Error("the disk is full");
  });
  await expect(failed).rejects.toThrow("the disk is full");
  expect(readdirSync(join(folder(), "tool"))).toEqual(["1.2.3"]);
  expect(await cached(entry())).toEqual(made);
});

test("what a killed run left half-written is thrown away", async () => {
  mkdirSync(`${entry()}.making`, { recursive: true });
  writeFileSync(join(`${entry()}.making`, "stray"), "x");
  const made = await makeEntry();
  expect(Object.keys(made.files)).not.toContain("stray");
  expect(existsSync(`${entry()}.making`)).toBe(false);
});

test.each([
  ["nothing when all is as sealed", {}, false, []],
  ["a file of another size", { size: 7 }, false, ["tool"]],
  ["a file of another time", { mtimeMs: 2 }, false, ["tool"]],
  ["every file in a thorough look", {}, true, ["tool"]],
])("a closer look is taken at %s", (_, change, thorough, expected) => {
  const seal = { size: 6, mtimeMs: 1, sha256: "x" };
  const manifest = { ...origin, files: { tool: seal } };
  expect(suspects(manifest, { tool: { ...seal, ...change } }, thorough)).toEqual(expected);
});
