import { existsSync, readFileSync } from "node:fs";
import { attempt } from "../../lab/command";
import { labLabel, listed } from "../../lab/engine/docker";
import { delay, fillDisk, heal, partition } from "../../lab/machines/disturb";
import { hostKey } from "../../lab/machines/keys";
import { up } from "../../lab/machines/lab";
import type { Lab } from "../../lab/machines/model";
import { power, wipe } from "../../lab/machines/power";
import { labFile } from "../../lab/machines/store";
import { labCommand, labDown, labName, labUp, machine, minutes, onMachine, ssh } from "./labs";

jest.setTimeout(minutes(3));

let lab: Lab;

beforeAll(async () => {
  lab = await labUp("lab", { servers: 2, agents: 1 });
});

afterAll(() => labDown("lab"));

test("every machine runs systemd without a failed unit", async () => {
  for (const name of ["s1", "s2", "a1"]) {
    expect(await onMachine(lab, name, "systemctl is-system-running --wait")).toBe("running");
  }
});

test.each([
  ["root", "id -un", "root"],
  ["ops", "sudo -n id -un", "root"],
  ["admin", "echo lab | sudo -S -p '' id -un", "root"],
])("%s gets in with the lab's key and becomes root in its own way", async (user, line, expected) => {
  const { code, stdout } = await ssh(lab, "a1", line, user);
  expect([code, stdout.trim()]).toEqual([0, expected]);
});

test("sudo without a password is refused to the user who has one", async () => {
  const { code, stderr } = await ssh(lab, "a1", "sudo -n id -un", "admin");
  expect(code).not.toBe(0);
  expect(stderr).toContain("password");
});

test("HAProxy and keepalived are installed and at rest, and no Kubernetes is there", async () => {
  const script =
    "haproxy -v >&2; keepalived --version >&2; systemctl is-active haproxy keepalived || true; ls /var/lib/rancher";
  expect(await onMachine(lab, "s1", script)).toBe("inactive\ninactive");
});

test("a partition silences a machine in both directions until it is healed", async () => {
  await partition(lab, [machine(lab, "s2")]);
  expect((await ping("s1", "s2")).code).not.toBe(0);
  expect((await ping("s2", "s1")).code).not.toBe(0);
  expect((await ping("s1", "a1")).code).toBe(0);
  await heal(lab);
  expect((await ping("s1", "s2")).code).toBe(0);
});

test("machines on the same side of a partition still reach each other", async () => {
  await partition(lab, [machine(lab, "s1"), machine(lab, "s2")]);
  expect((await ping("s1", "s2")).code).toBe(0);
  expect((await ping("s1", "a1")).code).not.toBe(0);
  await heal(lab);
});

test("a delay is what a round trip takes, and ends", async () => {
  await delay(lab, machine(lab, "s1"), "50ms");
  expect(await roundTrip("s1", "a1")).toBeGreaterThanOrEqual(50);
  await delay(lab, machine(lab, "s1"), "0ms");
  expect(await roundTrip("s1", "a1")).toBeLessThan(50);
});

test("a full disk refuses data and keeps what it held", async () => {
  await onMachine(lab, "a1", "echo kept > /usr/local/kept");
  await fillDisk(lab, machine(lab, "a1"), ["/usr/local", "/var/lib/rancher"]);
  const write = "head -c 8192 /dev/zero > /usr/local/bin/k3s";
  const { code, stderr } = await ssh(lab, "a1", write);
  expect([code === 0, stderr]).toEqual([false, expect.stringContaining("No space left on device")]);
  expect(await onMachine(lab, "a1", "cat /usr/local/kept")).toBe("kept");
  await heal(lab);
  expect((await ssh(lab, "a1", write)).code).toBe(0);
});

test("a machine that lost power comes back with its disk and answers again", async () => {
  await onMachine(lab, "a1", "echo kept > /var/lib/rancher/kept");
  await power(lab, machine(lab, "a1"), "kill");
  expect((await ssh(lab, "a1", "true")).code).toBe(255);
  await power(lab, machine(lab, "a1"), "start");
  expect(await onMachine(lab, "a1", "cat /var/lib/rancher/kept")).toBe("kept");
});

test("a paused machine hangs and goes on where it was", async () => {
  await power(lab, machine(lab, "a1"), "pause");
  await power(lab, machine(lab, "a1"), "resume");
  expect((await ssh(lab, "a1", "true")).code).toBe(0);
});

test("a wiped machine has an empty disk, another machine-id and another host key, which is pinned", async () => {
  const identity = "cat /etc/machine-id; ls /root /var/lib/rancher";
  await onMachine(lab, "s2", "touch /root/left /var/lib/rancher/left");
  const before = await onMachine(lab, "s2", "cat /etc/machine-id");
  const keyBefore = readFileSync(hostKey(lab.name, "s2"), "utf8");
  await wipe(lab, machine(lab, "s2"));
  const after = await onMachine(lab, "s2", identity);
  expect(after).toMatch(/^[0-9a-f]{32}/);
  expect(after).not.toContain(before);
  expect(after).not.toContain("left");
  expect(readFileSync(hostKey(lab.name, "s2"), "utf8")).not.toBe(keyBefore);
  expect((await ssh(lab, "s2", "true")).code).toBe(0);
});

test("up leaves a lab that is there as it is, and refuses another shape", async () => {
  const started = () => onMachine(lab, "s1", "stat -c %Y /proc/1");
  const before = await started();
  const options = { name: lab.name, servers: 2, agents: 1, spare: 0, bastion: false, k3s: [] };
  await up(options);
  expect(await started()).toBe(before);
  await expect(up({ ...options, agents: 2 })).rejects.toThrow("is there with other machines");
});

test("the command line shows the machines and hands out a manifest for them", async () => {
  expect(await labCommand("status", "--name", lab.name)).toMatch(/s1 +server .* running +answers/);
  expect(await labCommand("manifest", "--name", lab.name)).toContain(`host: ${machine(lab, "a1").address}`);
  expect(await labCommand("ssh", "s1", "--name", lab.name, "--", "hostname")).toBe("s1\n");
});

test("a second lab has a network of its own, and down leaves nothing of it", async () => {
  const other = await labUp("other", {});
  expect(other.prefix).not.toBe(lab.prefix);
  const volumes = await listed([
    "inspect",
    "-f",
    "{{range .Mounts}}{{.Name}}{{println}}{{end}}",
    `k3s-lab-${other.name}-s1`,
  ]);
  expect(volumes.length).toBeGreaterThan(0);
  await labDown("other");
  const label = ["--filter", `label=${labLabel}=${labName("other")}`];
  expect(await listed(["ps", "-aq", ...label])).toEqual([]);
  expect(await listed(["network", "ls", "-q", ...label])).toEqual([]);
  for (const volume of volumes)
    expect(await listed(["volume", "ls", "-q", "--filter", `name=${volume}`])).toEqual([]);
  expect(existsSync(labFile(labName("other")))).toBe(false);
});

function ping(from: string, to: string) {
  const args = [
    "exec",
    `k3s-lab-${lab.name}-${from}`,
    "ping",
    "-c3",
    "-i0.3",
    "-W1",
    machine(lab, to).address,
  ];
  return attempt("docker", args);
}

async function roundTrip(from: string, to: string): Promise<number> {
  const { stdout } = await ping(from, to);
  return Number(/time=([\d.]+)/.exec(stdout)?.[1]);
}
