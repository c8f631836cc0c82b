import { chmodSync, mkdirSync } from "node:fs";
import { readManifest } from "../../cli/manifest";
import { inHome, k3sCluster, written } from "./machines";

const cluster = { name: "prod", version: "v1.33.3+k3s1", servers: [{ name: "s1", host: "10.0.0.1" }] };
const { PATH } = process.env;
const here = process.cwd();

beforeAll(() => {
  mkdirSync(inHome("bin"));
  mkdirSync(inHome("project"));
  written("project/Pulumi.yaml", "name: mine\nruntime: nodejs\n");
});

beforeEach(() => {
  process.chdir(inHome("project"));
  process.env.PATH = `${inHome("bin")}:${PATH}`;
});

afterEach(() => {
  process.chdir(here);
  process.env.PATH = PATH;
});

/** A Pulumi that tells these settings of a stack. */
function pulumiTells(shell: string): void {
  chmodSync(written("bin/pulumi", `#!/bin/sh\n${shell}\n`), 0o755);
}

function settings(values: Record<string, unknown>): void {
  const wanted = "config --json --show-secrets --non-interactive --stack dev";
  pulumiTells(`[ "$*" = "${wanted}" ] && cat <<'END'\n${JSON.stringify(values)}\nEND`);
}

test("it is in cluster.yaml, unless another file is named", async () => {
  await expect(readManifest({})).rejects.toThrow(
    "there is no cluster.yaml here\n  next: give --manifest FILE, or --stack NAME for what a stack's settings say",
  );
  written("project/cluster.yaml", JSON.stringify(cluster));
  written("project/other.yaml", JSON.stringify({ ...cluster, name: "other" }));
  expect([(await readManifest({})).name, (await readManifest({ manifest: "other.yaml" })).name]).toEqual([
    "prod",
    "other",
  ]);
});

test("of a stack it is what its settings hold, with their secrets, or the file that they name", async () => {
  const ssh = { sudoPassword: "s3cret" };
  settings({
    "mine:cluster": { value: "{}", objectValue: { ...cluster, ssh }, secret: true },
    "x:cluster": {},
  });
  expect((await readManifest({ stack: "dev" })).servers[0]?.ssh).toEqual(ssh);
  written("project/other.yaml", JSON.stringify({ ...cluster, name: "other" }));
  settings({ "mine:manifest": { value: "other.yaml", secret: false } });
  expect((await readManifest({ stack: "dev" })).name).toBe("other");
});

test.each([
  [
    "a stack that says nothing",
    () => settings({}),
    /hold no cluster, and name no manifest\n {2}next: give --manifest/,
  ],
  [
    "a stack that Pulumi does not open",
    () => pulumiTells("echo 'error: no stack named dev' >&2; exit 255"),
    /does not tell the settings of stack dev: error: no stack named dev\n {2}next: see that "pulumi config --stack dev" works/,
  ],
])("%s is told", async (_, given, message) => {
  given();
  await expect(readManifest({ stack: "dev" })).rejects.toThrow(message);
});

test("a file and a stack are one too many", async () => {
  await expect(readManifest({ stack: "dev", manifest: "x" })).rejects.toThrow("give one of them");
});

test("mistakes in it are told by their places, without a stack", async () => {
  const file = written("bad.yaml", "name: prod\nversion: v1\nservers: []\n");
  const { code, stdout, stderr } = await k3sCluster("snapshot", "--manifest", file);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`${file}:2:10 version: "v1" is not an exact k3s version`);
  expect(stderr).not.toMatch(/^\s+at /m);
});
