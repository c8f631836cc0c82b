import { createHash } from "node:crypto";
import { stubMachine } from "./harness";

const db = "/var/lib/rancher/k3s/server/db";

function server(k3s: string) {
  const machine = stubMachine();
  machine.write("/var/lib/rancher/k3s/server/token", "K10::server:s3cret\n", 0o600);
  machine.write(`${db}/snapshots/before-x-s1-1`, "older");
  machine.write("/usr/local/bin/k3s", `#!/bin/sh\n${k3s}\n`, 0o755);
  return machine;
}

test("a snapshot is saved, and beside it the token that it needs, for root alone", () => {
  const machine = server("");
  machine.write(
    "/usr/local/bin/k3s",
    `#!/bin/sh\n[ "$*" = "etcd-snapshot save --name before-x" ] && echo new >${machine.path(`${db}/snapshots/before-x-s1-2`)} && touch -d '+1 hour' ${machine.path(`${db}/snapshots/before-x-s1-2`)}\n`,
    0o755,
  );
  const outcome = machine.run("save-snapshot", { NAME: "before-x" });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const sum = createHash("sha256").update("new\n").digest("hex");
  expect(outcome.stdout).toBe(`${machine.path(`${db}/snapshots/before-x-s1-2`)}\n4\n${sum}\n`);
  expect(machine.read(`${db}/snapshot-tokens/before-x-s1-2`)).toBe("K10::server:s3cret\n");
  expect([
    machine.mode(`${db}/snapshot-tokens`),
    machine.mode(`${db}/snapshot-tokens/before-x-s1-2`),
  ]).toEqual(["700", "600"]);
});

test("k3s that does not save it ends it with 69 and its last words", () => {
  const outcome = server("echo first; echo 'level=fatal no space' >&2; exit 1").run("save-snapshot", {
    NAME: "before-x",
  });
  expect(outcome).toMatchObject({ code: 69, stdout: "", stderr: "level=fatal no space\n" });
});

test("a snapshot that is not where it should be is told", () => {
  const machine = server("exit 0");
  machine.remove(`${db}/snapshots/before-x-s1-1`);
  expect(machine.run("save-snapshot", { NAME: "before-x" })).toMatchObject({
    code: 69,
    stderr: expect.stringContaining("k3s says that it has saved it, and it is not in "),
  });
});
