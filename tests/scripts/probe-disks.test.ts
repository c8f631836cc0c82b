import { parseFacts } from "../../providers/preflight/facts";
import { stubMachine } from "./harness";

test("each folder is told with its file system, or that of the folder above which exists", () => {
  const machine = stubMachine();
  machine.write("/usr/local/bin/x", "");
  machine.write("/var/lib/x", "");
  const [bin, data] = [machine.path("/usr/local/bin"), machine.path("/var/lib/rancher/k3s")];
  machine.stub("df", {
    [`-Pk ${bin}`]: "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 9 5 4 50% /usr\n",
    [`-Pk ${machine.path("/var/lib")}`]: "Filesystem x x x x x\n/dev/sdb1 9 2 7 20% /data\n",
  });
  machine.write(
    "/proc/self/mounts",
    "/dev/sda1 /usr ext4 rw 0 0\n/dev/sda1 /usr ext4 ro,relatime 0 0\n/dev/sdb1 /data xfs rw,noexec 0 0\n",
  );
  const { stdout, stderr, code } = machine.run("probe-disks", { PLACES: `${bin} ${data}` });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(parseFacts(stdout)).toEqual({
    place: [`${bin} /usr ext4 ro,relatime 4`, `${data} /data xfs rw,noexec 7`],
  });
});

test("nothing is changed, and what df does not tell is unknown", () => {
  const machine = stubMachine();
  machine.stub("df", { "*": 1 });
  machine.write("/proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n");
  const before = machine.snapshot();
  const { stdout, code } = machine.run("probe-disks", { PLACES: "/nowhere" });
  expect({ stdout, code }).toEqual({ stdout: "place=/nowhere  unknown unknown \n", code: 0 });
  expect(machine.snapshot()).toEqual(before);
});
