import { readFileSync } from "node:fs";
import { inRepository } from "../../../lab/folders";
import type { Lab } from "../../../lab/machines/model";
import { onMachine } from "../../e2e/labs";
import { type Break, byScript, doctored, slowDisk, stub, whileBroken } from "../breaks";
import { accepted, fails, refused } from "../fails";
import { entries, type LabField, version } from "../field";
import { interrupted } from "../interrupted";
import { expectNotBegun } from "../traces";

const within = 60;

/** All in one report. */
export async function unsupported(field: LabField): Promise<void> {
  const { lab } = field;
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2", "x3") },
    broken: [
      stub(lab, "x1", "uname", `case $1 in -m) echo armv7l ;; *) exec /bin/uname "$@" ;; esac`),
      stub(lab, "x2", "uname", `case $1 in -r) echo 3.10.0-1160.el7 ;; *) exec /bin/uname "$@" ;; esac`),
      withoutMemoryCgroup(lab, "x2"),
      doctored(lab, "x3", "/proc/1/comm", "s/.*/openrc-init/"),
      byScript(lab, "x3", "mount -t tmpfs none /run/systemd", "umount /run/systemd"),
    ],
    told: [
      { where: "x1", cause: /^architecture: has the architecture armv7l/, next: /another machine/ },
      { where: "x2", cause: /^kernel: runs kernel 3\.10.*4\.18/, next: /Upgrade/ },
      { where: "x2", cause: /^cgroups: lacks the cgroup controllers memory/, next: /at boot/ },
      { where: "x3", cause: /^init: has the init openrc-init; systemd is needed/, next: /systemd/ },
    ],
    within,
  });
}

function withoutMemoryCgroup(lab: Lab, name: string): Break {
  const v2 = "/sys/fs/cgroup/cgroup.controllers";
  const breaks = [doctored(lab, name, v2, "s/memory//"), doctored(lab, name, "/proc/cgroups", "/^memory/d")];
  const which = async () =>
    breaks[(await onMachine(lab, name, `test -e ${v2} && echo 0 || echo 1`)) === "0" ? 0 : 1];
  return { make: async () => (await which())?.make(), mend: async () => (await which())?.mend() };
}

/** Too small for the one role, the other, and by the user's own measure; lower minima let them pass. */
export async function small(field: LabField): Promise<void> {
  const { lab } = field;
  const memory = (name: string, mib: number) =>
    doctored(lab, name, "/proc/meminfo", `s/^MemTotal:.*/MemTotal: ${mib * 1024} kB/`);
  const broken = [memory("x1", 1_024), doctored(lab, "x2", "/proc/cpuinfo", "0,/^$/!d"), memory("x3", 256)];
  const manifest = { servers: entries(field, "s1", "x1", "x2"), agents: entries(field, "x3") };
  await refused(field, {
    manifest: { ...manifest, minima: { agent: { disk: "900Ti" } } },
    broken,
    told: [
      { where: "x1", cause: /^memory: has 1024 MiB of memory; a server needs 2048/, next: /minima/ },
      { where: "x2", cause: /^cpus: has 1 CPU; a server needs 2/, next: /minima/ },
      { where: "x3", cause: /^memory: has 256 MiB of memory; an agent needs 512/, next: /minima/ },
      { where: "x3", cause: /^disk: .*921600 GiB|^disk: .*needs/, next: /minima/ },
    ],
    within,
  });
  const minima = { server: { memory: "1Gi", cpus: 1 }, agent: { memory: "256Mi" } };
  await whileBroken(broken, async () => {
    expect(await accepted(field, { ...manifest, minima })).toContain("x2");
  });
}

/** Of three clocks the one in the middle is believed; each that differs is told by how much. */
export async function clocks(field: LabField): Promise<void> {
  const { lab } = field;
  const off = (name: string, seconds: number) =>
    stub(lab, name, "date", `exec /bin/date -d "${seconds} seconds" "$@"`);
  await refused(field, {
    manifest: { agents: entries(field, "x1", "x2", "x3") },
    broken: [off("x1", 45), off("x3", -90)],
    told: [
      { where: "x1", cause: /^clock-skew: its clock is 4[3-7] s before .*30 s/, next: /timedatectl/ },
      { where: "x3", cause: /^clock-skew: its clock is (8[89]|9[012]) s behind .*30 s/, next: /timedatectl/ },
    ],
    within,
  });
}

/** Measured where a server's database will be: too slow is refused, slow is told. */
export async function slowDisks(field: LabField): Promise<void> {
  const { lab, stack } = field;
  await fetchBeforehand(lab, "s1");
  await fails(field, {
    // The manifest of labs takes no notice of disks, which their machines share.
    manifest: { preflight: {} },
    broken: [slowDisk(lab, "s1", 20)],
    told: [
      {
        where: "s1",
        cause: /^measuring its disk: writes reach the disk after \d{3,} ms/,
        next: /faster disk.*slow-disk/,
      },
    ],
    within: 120,
    untouched: ["x1"],
  });
  await expectNotBegun(lab, "s1");
  await whileBroken([slowDisk(lab, "s1", 150)], async () => {
    const said = await interrupted(stack, "SIGKILL", /writing its files/);
    expect(said.join("\n")).toMatch(
      /warning: s1: measuring its disk: writes reach the disk after \d\d(\.\d)? ms/,
    );
  });
}

/** So that a slow disk has nothing else to write. */
async function fetchBeforehand(lab: Lab, name: string): Promise<void> {
  const release = `${lab.mirror}/${encodeURIComponent(version)}`;
  const stage = readFileSync(inRepository("scripts", "stage.sh"), "utf8");
  await onMachine(lab, name, `VERSION=${version} BASE=${release} IMAGES=yes PROXY=none\n${stage}\nsync`);
}
