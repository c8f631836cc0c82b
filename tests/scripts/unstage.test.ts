import { createHash } from "node:crypto";
import { type StubMachine, stubMachine } from "./harness";

const data = "/var/lib/rancher/k3s";
const archive = `${data}/agent/images/k3s-airgap-images-amd64.tar.zst`;
const versions = ["v1.33.3+k3s1", "v1.34.0+k3s1"];

const sums = (images: string) =>
  `${createHash("sha256").update(images).digest("hex")}  k3s-airgap-images-amd64.tar.zst\n`;

function machineWith(files: Record<string, string> = {}): StubMachine {
  const machine = stubMachine();
  const theirs = { "/usr/local/lib/other": "", "/var/lib/rancher/other": "" };
  for (const [file, text] of Object.entries({ ...theirs, ...files })) machine.write(file, text);
  return machine;
}

/** What stage.sh has brought, one version after another. */
function staged(more: Record<string, string> = {}): StubMachine {
  const brought = versions.flatMap((version) => {
    const folder = `/usr/local/lib/k3s/${version}`;
    return [
      [`${folder}/k3s`, ""],
      [`${folder}/sums`, sums(version)],
      [`${folder}/images`, "k3s-airgap-images-amd64.tar.zst\n"],
    ];
  });
  const unpacked = { [`${data}/data/0a/bin/k3s`]: "", [archive]: versions.at(-1) ?? "" };
  return machineWith({ ...Object.fromEntries(brought), ...unpacked, ...more });
}

function left(machine: StubMachine): string[] {
  expect(machine.run("unstage")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  return Object.keys(machine.snapshot()).sort();
}

const bare = () => Object.keys(machineWith().snapshot()).sort();

test("everything that was staged goes, of all versions, with the folders that held only that", () => {
  expect(left(staged())).toEqual(bare());
});

test("a second run finds nothing to do", () => {
  const machine = staged();
  left(machine);
  expect(left(machine)).toEqual(bare());
});

test("of a version its binary goes first, by which missing.sh sees a removal that was cut off", () => {
  const machine = staged();
  const [first] = machine.run("unstage").linesOf("rm");
  expect(first).toBe(`-f ${machine.path(`/usr/local/lib/k3s/${versions[0]}/k3s`)}`);
});

test.each<[string, Record<string, string>]>([
  ["that was cut off at once", { "/usr/local/lib/k3s/v1.35.0+k3s1/sums.part": "" }],
  [
    "that was cut off while it fetched the binary",
    { "/usr/local/lib/k3s/v1.35.0+k3s1/sums": "", "/usr/local/lib/k3s/v1.35.0+k3s1/k3s.part": "half" },
  ],
  ["that was cut off while it fetched the images", { [`${archive}.part`]: "half" }],
])("what a run %s has left goes, too", (_, files) => {
  expect(left(staged(files))).toEqual(bare());
});

test.each([
  "/usr/local/lib/k3s/notes",
  "/usr/local/lib/k3s/v1.35.0+k3s1/k3s",
  `/usr/local/lib/k3s/${versions[0]}/theirs`,
  `${data}/agent/images/mine.tar`,
  `${data}/agent/images/k3s-airgap-images-arm64.tar`,
])("%s is not ours and stays, and all that is ours goes", (file) => {
  const names = left(staged({ [file]: "mine" }));
  const folders = file.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  expect(names).toEqual([...new Set([...bare(), ...folders.slice(1)])].sort());
});

test("an archive of images that is not as it was fetched stays", () => {
  expect(left(staged({ [archive]: "somebody else's" }))).toContain(archive);
});

test("an archive that was there before anything was staged stays", () => {
  const machine = staged();
  for (const version of versions) machine.remove(`/usr/local/lib/k3s/${version}/images`);
  const names = left(machine);
  expect(names).toContain(archive);
  expect(names).not.toContain("/usr/local/lib/k3s");
});

test.each([
  `${data}/server/token`,
  "/etc/systemd/system/k3s.service",
  "/etc/systemd/system/k3s-agent.service",
])("a node that shows by %s keeps what it runs on", (file) => {
  const names = left(staged({ [file]: "" }));
  expect(names).toEqual(expect.arrayContaining([`${data}/data/0a/bin/k3s`, archive, file]));
  expect(names).not.toContain("/usr/local/lib/k3s");
});

test("on a machine that belongs to another node of ours all stays", () => {
  const machine = staged({ "/etc/rancher/k3s/owner": "dev/a1" });
  const before = machine.snapshot();
  left(machine);
  expect(machine.snapshot()).toEqual(before);
});
