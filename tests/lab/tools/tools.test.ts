import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../../../lab/folders";
import { Problem } from "../../../lab/problem";
import { survey } from "../../../lab/tools/survey";
import type { Tool } from "../../../lab/tools/tool";
import { entries, provideTool } from "../../../lab/tools/tools";
import { closedOrigin, withServer } from "./loopback";
import { captureTalk, scratchFolder } from "./scratch";

const folder = scratchFolder();
const said = captureTalk();
const published = "published binary";

beforeEach(() => {
  process.env.XDG_CACHE_HOME = folder();
});
afterAll(() => {
  delete process.env.XDG_CACHE_HOME;
});

/** A tool like shellcheck with a release at an origin; its build writes "built". */
function toolAt(origin: string | undefined, build: Partial<Tool["build"]> = {}): Tool {
  const release = { name: "tool", file: `${origin}/tool`, checksums: `${origin}/sums` };
  const unpack = async (file: string, to: string) => {
    renameSync(file, join(to, "tool"));
    chmodSync(join(to, "tool"), 0o755);
  };
  return {
    name: "shellcheck",
    version: "1.2.3",
    main: "tool",
    onPath: async () => undefined,
    download: origin ? { release, usually: "a second", unpack } : undefined,
    build: {
      usually: "a second",
      recipe: ["lab/tools/catalog.ts"],
      obstacle: async () => undefined,
      remedy: "install a compiler",
      run: async (to) => {
        writeFileSync(join(to, "tool"), "built");
        return { version: "1.2.3", source: "go build" };
      },
      ...build,
    },
  };
}

function withRelease<T>(sha256: string, work: (origin: string) => Promise<T>): Promise<T> {
  return withServer((request, response) => {
    response.end(request.url === "/sums" ? `${sha256}  tool\n` : published);
  }, work);
}

const publishedSum = createHash("sha256").update(published).digest("hex");
const entryNames = () => readdirSync(cacheFolder("tools", "shellcheck"));

test("a good tool on PATH is taken before anything else", async () => {
  const tool = {
    ...toolAt(undefined),
    onPath: async () => ({ executable: "/usr/bin/tool", version: "1.3" }),
  };
  expect(await provideTool(tool)).toEqual({
    name: "shellcheck",
    version: "1.3",
    executable: "/usr/bin/tool",
    folder: "/usr/bin",
    source: "PATH",
  });
  expect(existsSync(cacheFolder("tools"))).toBe(false);
});

test("a published tool is downloaded once and then found without the network", async () => {
  const first = await withRelease(publishedSum, (origin) => provideTool(toolAt(origin)));
  expect(first.source).toMatch(/^download http:.*\/tool$/);
  expect(readFileSync(first.executable, "utf8")).toBe(published);
  expect(entryNames()).toEqual(["1.2.3"]);
  const again = await provideTool(toolAt(await closedOrigin()));
  expect(again).toEqual(first);
});

test("a tool whose release cannot be reached is built, and says why", async () => {
  const tool = toolAt(await closedOrigin());
  const built = await provideTool(tool);
  expect(readFileSync(built.executable, "utf8")).toBe("built");
  expect(built.folder).toBe(entries(tool).built);
  expect(said()).toContain("ECONNREFUSED");
});

test("a tool that is not the published one is never replaced by a built one", async () => {
  const refused = withRelease("a".repeat(64), (origin) => provideTool(toolAt(origin)));
  await expect(refused).rejects.toBeInstanceOf(Problem);
  await expect(refused).rejects.toThrow("is not the published file");
  expect(entryNames()).toEqual([]);
});

test("a tool that can be neither downloaded nor built says both reasons and the remedy", async () => {
  const tool = toolAt(await closedOrigin(), { obstacle: async () => "there is no Go on PATH to build it" });
  const failed = provideTool(tool);
  await expect(failed).rejects.toBeInstanceOf(Problem);
  await expect(failed).rejects.toThrow(/ECONNREFUSED.*; and there is no Go on PATH to build it/);
  await expect(failed).rejects.toThrow("install a compiler; or put tool on PATH");
});

test("two who need the same tool at once make it once", async () => {
  let runs = 0;
  const tool = toolAt(undefined, {
    run: async (to) => {
      runs++;
      await sleep(50);
      writeFileSync(join(to, "tool"), "built");
      return { version: "1.2.3", source: "go build" };
    },
  });
  const [one, other] = await Promise.all([provideTool(tool), provideTool(tool)]);
  expect(runs).toBe(1);
  expect(other).toEqual(one);
  expect(said()).toContain("is at work on shellcheck");
});

test("a damaged tool is made again", async () => {
  const tool = toolAt(undefined);
  const { executable } = await provideTool(tool);
  writeFileSync(executable, "damage");
  await provideTool(tool);
  expect(readFileSync(executable, "utf8")).toBe("built");
  expect(said()).toContain("tool has changed");
});

test("a change of what decides a build makes another entry, and leaves that of another clone", () => {
  const one = entries(toolAt(undefined));
  const other = entries(toolAt(undefined, { recipe: ["lab/tools/versions.ts"] }));
  expect(one.built).not.toBe(other.built);
  expect(one.downloaded).toBe(other.downloaded);
});

describe("a survey changes nothing and says", () => {
  const noGo = async () => "there is no Go";

  test("that a tool is there, from where", async () => {
    const tool = toolAt(undefined);
    await provideTool(tool);
    expect(await survey(tool)).toEqual({ version: "1.2.3", from: "go build" });
  });

  test("that a release can be downloaded", async () => {
    const standing = await withRelease(publishedSum, (origin) => survey(toolAt(origin, { obstacle: noGo })));
    expect(standing).toMatchObject({ from: "-", remark: "downloaded when needed (a second)" });
    expect(standing.missing).toBeUndefined();
  });

  test("that a tool can be made", async () => {
    const standing = await survey(toolAt(await closedOrigin()));
    expect(standing).toMatchObject({ from: "-", remark: "made when needed (a second)" });
  });

  test("that a tool is missing, and the remedy", async () => {
    const standing = await survey(toolAt(await closedOrigin(), { obstacle: noGo }));
    expect(standing.missing).toBe(true);
    expect(standing.remark).toMatch(
      /ECONNREFUSED.*; there is no Go: install a compiler, or put tool on PATH$/,
    );
  });

  test("that an entry is damaged, and leaves it so", async () => {
    const tool = toolAt(undefined);
    const { executable } = await provideTool(tool);
    writeFileSync(executable, "damage");
    expect((await survey(tool)).remark).toMatch(/^damaged in .*: tool has changed; made when needed/);
    expect(readFileSync(executable, "utf8")).toBe("damage");
  });

  test("that a tool is whole when only its time has changed, without writing that down", async () => {
    const tool = toolAt(undefined);
    const { executable, folder } = await provideTool(tool);
    const manifest = () => readFileSync(join(folder, "manifest.json"), "utf8");
    const before = manifest();
    utimesSync(executable, 1_000, 1_000);
    expect(await survey(tool)).toEqual({ version: "1.2.3", from: "go build" });
    expect(manifest()).toBe(before);
  });

  test("nothing that leaves a trace", async () => {
    mkdirSync(cacheFolder(), { recursive: true });
    await survey(toolAt(await closedOrigin()));
    expect(readdirSync(cacheFolder())).toEqual([]);
  });
});
