import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Machine } from "../../remote/machine";
import { machine } from "../../remote/pool";
import { deadline, failing, script, servers } from "./servers";

const { serve, folder } = servers();
const home = join(folder, "machine");
const path = join(home, "it's a file");
const content = randomBytes(3_000_000);
const sum = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
const sha256 = sum(content);
const options = { mode: "0755", sha256, deadline };

beforeEach(() => void mkdirSync(home));
afterEach(() => rmSync(home, { recursive: true }));

const asking = 'printf %s "$4" >&2; read -r given; [ "$given" = hunter22 ] || exit 1; shift 4; exec "$@"';
const overSsh = async (more = {}) => machine("s1", { ...(await serve({ sudo: asking })).target, ...more });

describe.each<[string, () => Promise<Machine>]>([
  ["over ssh", () => overSsh()],
  ["over ssh and sudo with a password", () => overSsh({ user: "ops", sudoPassword: "hunter22" })],
  ["on this machine", async () => machine("s1", { transport: "local" })],
])("a file that is uploaded %s", (_, make) => {
  test("by its path takes its place in one step, with its mode", async () => {
    const s1 = await make();
    const source = join(folder, "source");
    writeFileSync(source, content);
    writeFileSync(path, "old");
    const before = statSync(path).ino;
    await s1.upload(source, path, options);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(statSync(path).mode & 0o7777).toBe(0o755);
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(home)).toEqual(["it's a file"]);
  });

  test("as a stream arrives as it is, and so does an empty one", async () => {
    const s1 = await make();
    await s1.upload(Readable.from([content.subarray(0, 5), content.subarray(5)]), path, options);
    expect(readFileSync(path).equals(content)).toBe(true);
    await s1.upload(Readable.from([]), path, { ...options, sha256: sum("") });
    expect(statSync(path).size).toBe(0);
  });

  test("and is another than expected leaves all as it was", async () => {
    const s1 = await make();
    writeFileSync(path, "old");
    const error = await failing(s1.upload(Readable.from([content]), path, { ...options, sha256: sum("x") }));
    expect(error.kind).toBe("failed");
    expect(error.message).toContain(`(3000000 bytes) has the SHA-256 ${sha256} instead of ${sum("x")}`);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(home)).toEqual(["it's a file"]);
  });

  test("and cannot be read to its end leaves all as it was", async () => {
    const s1 = await make();
    const broken = new Readable({ read() {} });
    broken.push(content);
    setImmediate(() => broken.destroy(new Error("the disk is gone")));
    const error = await failing(s1.upload(broken, path, options));
    expect(error.message).toContain(`the stream cannot be uploaded to ${path}: the disk is gone`);
    expect(readdirSync(home)).toEqual([]);
    const missing = await failing(s1.upload(join(folder, "missing"), path, options));
    expect(missing.message).toMatch(/missing cannot be uploaded to .*: ENOENT/);
    expect(readdirSync(home)).toEqual([]);
  });

  test("and never comes to its end is given up at the deadline", async () => {
    const s1 = await make();
    const endless = new Readable({ read() {} });
    endless.push(content.subarray(1));
    const error = await failing(s1.upload(endless, path, { ...options, deadline: 1_000 }));
    expect(error.kind).toBe("timed out");
    expect(error.message).toContain("did not finish within 1 s");
    expect(endless.destroyed).toBe(true);
    expect(readdirSync(home)).toEqual([]);
  });

  test("to where it cannot be is an error that says so, and the stream is let go", async () => {
    const s1 = await make();
    const source = Readable.from(pieces(1_000));
    const error = await failing(s1.upload(source, join(home, "no", "file"), options));
    expect(error.message).toContain("No such file or directory");
    expect(source.destroyed).toBe(true);
    expect((await failing(s1.upload(Readable.from([""]), home, options))).message).toContain("is a folder");
  });

  test("and is cancelled leaves nothing behind", async () => {
    const s1 = await make();
    const controller = new AbortController();
    const source = Readable.from(pieces(10, () => controller.abort()));
    const error = await failing(s1.upload(source, path, { ...options, signal: controller.signal }));
    expect(error.message).toContain("was cancelled");
    expect(readdirSync(home)).toEqual([]);
  });
});

test("a connection that is cut while a file is uploaded leaves nothing behind", async () => {
  const { server, target } = await serve();
  const source = Readable.from(pieces(10, () => server.cut()));
  const error = await failing(machine("s1", target).upload(source, path, options));
  expect(error.kind).toBe("connection lost");
  const here = machine("here", { transport: "local" });
  const gone = script(`until [ -z "$(ls -A '${home}')" ]; do sleep 0.01; done`);
  await here.run(gone, { deadline });
});

test("a machine that reads slowly is waited for: of 200 MB no more than a few are in memory", async () => {
  const total = 200 * 2 ** 20;
  const piece = Buffer.alloc(2 ** 20, 7);
  const digest = createHash("sha256");
  let made = 0;
  let taken = 0;
  let most = 0;
  const source = Readable.from(
    (function* () {
      for (; made < total; made += piece.length) {
        most = Math.max(most, made - taken);
        digest.update(piece);
        yield piece;
      }
    })(),
    { highWaterMark: 1 },
  );
  const { server, target } = await serve({
    slowly(bytes) {
      taken += bytes;
    },
  });
  const expected = createHash("sha256");
  for (let index = 0; index < 200; index++) expected.update(piece);
  await machine("s1", target).upload(source, path, {
    ...options,
    sha256: expected.digest("hex"),
    deadline: 60_000,
  });
  expect(statSync(path).size).toBe(total);
  expect(server.logins()).toBe(1);
  expect(most).toBeLessThan(12 * 2 ** 20);
}, 60_000);

test.each([
  ["relative", {}, "no absolute path"],
  ["/path", { mode: "rw" }, "no file mode"],
  ["/path", { sha256: "abc" }, "no SHA-256"],
])("an upload to %j with %j is refused", async (to, wrong, message) => {
  const here = machine("here", { transport: "local" });
  await expect(here.upload(Readable.from([""]), to, { ...options, ...wrong })).rejects.toThrow(message);
});

/** Pieces of a file, with something that happens in the middle of them. */
async function* pieces(count: number, middle?: () => void) {
  for (let index = 0; middle || index < count; index++) {
    yield content.subarray(0, 100_000);
    await new Promise(setImmediate);
    if (index === count) middle?.();
  }
}
