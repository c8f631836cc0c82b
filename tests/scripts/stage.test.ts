import { createHash } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type StubMachine, stubMachine } from "./harness";

const variables = {
  VERSION: "v1.33.3+k3s1",
  BASE: "https://mirror.example/v1.33.3%2Bk3s1",
  IMAGES: "no",
  PROXY: "",
};
const folder = "/usr/local/lib/k3s/v1.33.3+k3s1";
const images = "/var/lib/rancher/k3s/agent/images";
const k3s = '#!/bin/sh\necho "$@" >>unpacked\necho "Client Version"\n';

const release = {
  k3s,
  "k3s-arm64": `${k3s}# arm64\n`,
  "k3s-airgap-images-amd64.tar": "tar",
  "k3s-airgap-images-amd64.tar.gz": "gz",
  "k3s-airgap-images-amd64.tar.zst": "zst",
};

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sums(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([name, text]) => `${sha256(text)}  ${name}\n`)
    .join("");
}

/** A machine that reaches a release with these files. */
function reaching(files: Record<string, string> = {}, arch = "x86_64"): StubMachine {
  const machine = stubMachine();
  machine.stub("uname", { "-m": `${arch}\n` });
  machine.stub("renice", { "-n 19 -p *": 0 });
  machine.stub("curl", {
    [`* ${variables.BASE}/*`]: {
      shell: 'cp "release/$(echo "$*" | sed "s|.*/||")" "$(after -o "$@")" || exit 22',
    },
  });
  const list = { "sha256sum-amd64.txt": sums(release), "sha256sum-arm64.txt": sums(release) };
  for (const [name, text] of Object.entries({ ...list, ...release, ...files })) {
    machine.write(`/release/${name}`, text);
  }
  return machine;
}

function fetched(lines: string[]): string[] {
  return lines.map((line) => line.slice(line.lastIndexOf("/") + 1));
}

test.each([
  ["x86_64", "sha256sum-amd64.txt", "k3s"],
  ["aarch64", "sha256sum-arm64.txt", "k3s-arm64"],
] as const)(
  "on %s, the binary that %s lists is staged, unpacked and named by its sum",
  (arch, list, name) => {
    const machine = reaching({}, arch);
    const outcome = machine.run("stage", variables);
    expect(outcome).toMatchObject({ code: 0, stdout: `${sha256(release[name])}\n`, stderr: "" });
    expect(fetched(outcome.linesOf("curl"))).toEqual([list, name]);
    expect([machine.read(`${folder}/k3s`), machine.mode(`${folder}/k3s`)]).toEqual([release[name], "755"]);
    expect(machine.read("/unpacked")).toBe("kubectl version --client\n");
    expect(machine.has(images)).toBe(false);
  },
);

test("what runs on the machine goes before it, as far as the system can tell", () => {
  const machine = reaching();
  const lines = () =>
    machine.run("stage", variables).calls.map(({ name, args }) => [name, ...args].join(" "));
  expect(lines()[0]).toMatch(/^renice -n 19 -p \d+$/);
  machine.stub("ionice", { "-c 3 -p *": 0 });
  expect(lines().slice(0, 2)).toEqual([
    expect.stringMatching(/^renice /),
    expect.stringMatching(/^ionice -c 3 -p \d+$/),
  ]);
});

test("what is complete is not fetched again", () => {
  const machine = reaching();
  const wanted = { ...variables, IMAGES: "yes" };
  machine.run("stage", wanted);
  const inode = () => statSync(machine.path(`${folder}/k3s`)).ino;
  const before = inode();
  const outcome = machine.run("stage", wanted);
  expect(outcome).toMatchObject({ code: 0, stdout: `${sha256(k3s)}\n` });
  expect(fetched(outcome.linesOf("curl"))).toEqual(["sha256sum-amd64.txt"]);
  expect(inode()).toBe(before);
});

test("what was damaged is fetched again", () => {
  const machine = reaching();
  machine.write(`${folder}/k3s`, k3s.slice(0, 10));
  expect(machine.run("stage", variables).code).toBe(0);
  expect(machine.read(`${folder}/k3s`)).toBe(k3s);
});

test("a file whose sum differs is refused with 65 and removed, and never run", () => {
  const machine = reaching({ k3s: `${k3s}evil` });
  const outcome = machine.run("stage", variables);
  expect(outcome).toMatchObject({ code: 65, stdout: "" });
  expect(outcome.stderr).toBe(
    `${variables.BASE}/k3s has sha256 ${sha256(`${k3s}evil`)}; the release lists ${sha256(k3s)}\n`,
  );
  expect(Object.keys(machine.snapshot()).filter((name) => name.startsWith(`${folder}/`))).toEqual([
    `${folder}/sums`,
  ]);
  expect(machine.has("/unpacked")).toBe(false);
});

test("a file that the release does not list is refused with 65", () => {
  const outcome = reaching({ "sha256sum-amd64.txt": `${sha256(k3s)}  k3s-other\n` }).run("stage", variables);
  expect(outcome.code).toBe(65);
});

test("an unknown architecture ends it with 64 before anything is fetched or made", () => {
  const machine = reaching({}, "riscv64");
  const before = machine.snapshot();
  const outcome = machine.run("stage", variables);
  expect(outcome).toMatchObject({ code: 64, stderr: "k3s has no release for riscv64\n" });
  expect(outcome.linesOf("curl")).toEqual([]);
  expect(machine.snapshot()).toEqual(before);
});

test("a release that is not to be had ends it with 69", () => {
  const machine = reaching();
  machine.stub("curl", { "*": { shell: "echo 'Warning: again' >&2; echo 'curl: (7) refused' >&2; exit 7" } });
  const stderr = `${variables.BASE}/sha256sum-amd64.txt could not be fetched: curl: (7) refused\n`;
  expect(machine.run("stage", variables)).toMatchObject({ code: 69, stderr });
});

test("of the image archives the smallest is fetched, to where k3s looks for it", () => {
  const machine = reaching();
  const outcome = machine.run("stage", { ...variables, IMAGES: "yes" });
  expect(outcome).toMatchObject({ code: 0, stdout: `${sha256(k3s)}\n` });
  expect(fetched(outcome.linesOf("curl")).at(-1)).toBe("k3s-airgap-images-amd64.tar.zst");
  expect(machine.read(`${images}/k3s-airgap-images-amd64.tar.zst`)).toBe("zst");
});

test("an archive that was fetched is written down as ours, and one that was there is not", () => {
  const archive = "k3s-airgap-images-amd64.tar.zst";
  const wanted = { ...variables, IMAGES: "yes" };
  const fresh = reaching();
  for (let run = 0; run < 2; run++) {
    expect(fresh.run("stage", wanted).code).toBe(0);
    expect(fresh.read(`${folder}/images`)).toBe(`${archive}\n`);
  }
  const theirs = reaching();
  theirs.write(`${images}/${archive}`, "zst");
  expect(theirs.run("stage", wanted).code).toBe(0);
  expect(theirs.has(`${folder}/images`)).toBe(false);
});

test("what was staged is all removed again, and an archive that was there before is not", () => {
  const wanted = { ...variables, IMAGES: "yes" };
  for (const before of [[], [`${images}/k3s-airgap-images-amd64.tar.zst`]]) {
    const machine = reaching();
    for (const file of before) machine.write(file, "zst");
    const bare = Object.keys(machine.snapshot()).filter((name) => /^\/(usr|var)\/.*\./.test(name));
    machine.run("stage", wanted);
    expect(machine.run("unstage")).toMatchObject({ code: 0, stderr: "" });
    const left = Object.keys(machine.snapshot()).filter((name) => /^\/(usr|var)\/.*\./.test(name));
    expect(left).toEqual(bare);
  }
});

test("what k3s will keep beside the images is for root alone, also where the folder was there", () => {
  const machine = reaching();
  const agent = dirname(images);
  mkdirSync(machine.path(agent), { recursive: true, mode: 0o755 });
  machine.run("stage", { ...variables, IMAGES: "yes" });
  expect([dirname(agent), agent].map(machine.mode)).toEqual(["755", "700"]);
});

test("an image archive whose sum differs is refused with 65 and removed", () => {
  const machine = reaching({ "k3s-airgap-images-amd64.tar.zst": "evil" });
  expect(machine.run("stage", { ...variables, IMAGES: "yes" }).code).toBe(65);
  expect(Object.keys(machine.snapshot()).filter((name) => name.startsWith(`${images}/`))).toEqual([]);
});

test("a release without image archives ends it with 69 where they are wanted", () => {
  const machine = reaching({ "sha256sum-amd64.txt": sums({ k3s }) });
  const stderr = `${variables.BASE} lists no image archive\n`;
  expect(machine.run("stage", { ...variables, IMAGES: "yes" })).toMatchObject({ code: 69, stderr });
  expect(machine.run("stage", variables).code).toBe(0);
});

test.each([
  ["what its environment names", "", "unset unset unset"],
  ["no proxy", "none", "unset unset *"],
  ["the proxy", "http://u:p@proxy:3128", "http://u:p@proxy:3128 http://u:p@proxy:3128 "],
])("fetches through %s, which is no argument of any command", (_, PROXY, expected) => {
  const machine = reaching();
  const curl = `echo "\${https_proxy-unset} \${http_proxy-unset} \${no_proxy-unset}" >>ways; cp "release/$(echo "$*" | sed "s|.*/||")"`;
  machine.stub("curl", { [`* ${variables.BASE}/*`]: { shell: `${curl} "$(after -o "$@")"` } });
  const outcome = machine.run("stage", { ...variables, PROXY });
  expect(outcome.code).toBe(0);
  expect([...new Set(machine.read("/ways").split("\n"))]).toEqual([expected, ""]);
  if (PROXY !== "") expect(outcome.calls.flatMap(({ args }) => args)).not.toContain(PROXY);
});

test("a page in place of the list is refused with 65, and a good list stays", () => {
  const machine = reaching();
  machine.run("stage", variables);
  const before = machine.read(`${folder}/sums`);
  machine.write("/release/sha256sum-amd64.txt", "<html><body>Please log in</body></html>\n");
  expect(machine.run("stage", variables)).toMatchObject({
    code: 65,
    stderr: `${variables.BASE}/sha256sum-amd64.txt lists no k3s: it begins with "<html><body>Please log in</body></html>"\n`,
  });
  expect(machine.read(`${folder}/sums`)).toBe(before);
  expect(machine.has(`${folder}/sums.part`)).toBe(false);
});

test("a disk that is full is told as that, with 74, and nothing is left on it", () => {
  const machine = reaching();
  const full =
    'case "$*" in *sha256sum*) cp "release/sha256sum-amd64.txt" "$(after -o "$@")" ;; *) echo half >"$(after -o "$@")"; exit 23 ;; esac';
  machine.stub("curl", { [`* ${variables.BASE}/*`]: { shell: full } });
  machine.stub("df", {
    "-Pk *": "Filesystem 1024-blocks Used Available Capacity Mounted\n/dev/a 1 1 40960 1% /\n",
  });
  const outcome = machine.run("stage", variables);
  expect(outcome.code).toBe(74);
  expect(outcome.stderr).toMatch(
    /^k3s does not fit into \S*\/usr\/local\/lib\/k3s\/v1.33.3\+k3s1, which has 40 MiB free\n$/,
  );
  expect(machine.has(`${folder}/k3s.part`)).toBe(false);
});
