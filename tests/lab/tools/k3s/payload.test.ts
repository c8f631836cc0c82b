import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../../../../lab/folders";
import { layOutPayload, links, packPayload, writeLists } from "../../../../lab/tools/k3s/payload";
import { provide } from "../../../../lab/tools/tools";
import { scratchFolder } from "../scratch";

const folder = scratchFolder();
const sum = (text: string) => createHash("sha256").update(text).digest("hex");

test("the lists name every file with its sum and every link with its target", async () => {
  writeFileSync(join(folder(), "runc"), "r");
  writeFileSync(join(folder(), "k3s"), "k");
  symlinkSync("k3s", join(folder(), "kubectl"));
  await writeLists(folder());
  const list = (name: string) => readFileSync(join(folder(), name), "utf8");
  expect(list(".sha256sums")).toBe(`${sum("k")}  k3s\n${sum("r")}  runc\n`);
  expect(list(".links")).toBe("kubectl k3s\n");
});

/** Files with the names that the payload is made of, each holding its name. */
function sources() {
  const file = (path: string) => {
    mkdirSync(join(folder(), path, ".."), { recursive: true });
    writeFileSync(join(folder(), path), path, { mode: 0o644 });
    return join(folder(), path);
  };
  file("debian/usr/sbin/runc");
  for (const name of ["bandwidth", "bridge", "firewall", "host-local", "loopback", "portmap"])
    file(`debian/usr/lib/cni/${name}`);
  return {
    server: file("server"),
    shim: file("shim"),
    checkConfig: file("check-config.sh"),
    debian: join(folder(), "debian"),
  };
}

test("the payload has what k3s looks for, and our scripts in front of runc and for flannel", async () => {
  const payload = join(folder(), "payload");
  await layOutPayload(payload, sources());
  expect(readdirSync(payload).sort()).toEqual(["bin", "etc"]);
  expect(readdirSync(join(payload, "bin")).sort()).toEqual(
    [
      ...[".links", ".sha256sums", ...links, "k3s", "containerd-shim-runc-v2", "check-config", "runc"],
      ...["runc.real", "flannel", "bandwidth", "bridge", "firewall", "host-local", "loopback", "portmap"],
    ].sort(),
  );
  const content = (name: string) => readFileSync(join(payload, "bin", name), "utf8");
  expect(content("runc.real")).toBe("debian/usr/sbin/runc");
  expect(content("runc")).toContain("runc.real");
  expect(content("kubectl")).toBe("server");
});

test("the same payload is packed to the same bytes, named by their sum", async () => {
  const zstd = spawnSync("sh", ["-c", "command -v zstd"], { encoding: "utf8" }).stdout.trim();
  if (!zstd) return;
  const given = sources();
  const names: string[] = [];
  for (const attempt of ["one", "two"]) {
    const to = join(folder(), attempt);
    mkdirSync(to);
    await layOutPayload(join(to, "payload"), given);
    utimesSync(join(to, "payload", "bin", "runc"), names.length, names.length);
    mkdirSync(join(to, "packed"));
    await packPayload(join(to, "payload"), zstd, join(to, "packed"));
    names.push(...readdirSync(join(to, "packed")));
    const [name = ""] = readdirSync(join(to, "packed"));
    const bytes = readFileSync(join(to, "packed", name));
    expect(name).toBe(`${createHash("sha256").update(bytes).digest("hex")}.tar.zst`);
  }
  expect(names[0]).toBe(names[1]);
});

test("the scripts that go into the payload pass shellcheck", async () => {
  const { executable } = await provide("shellcheck");
  const scripts = ["runc.sh", "flannel.sh"].map((name) => inRepository("lab", "tools", "k3s", name));
  const { stdout } = spawnSync(executable, ["-s", "sh", ...scripts], { encoding: "utf8" });
  expect(stdout).toBe("");
});
