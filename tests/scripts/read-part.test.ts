import { stubMachine } from "./harness";

const file = "/var/lib/rancher/k3s/server/db/snapshots/a b";

function part(offset: number, size: number) {
  const machine = stubMachine();
  machine.write(file, "0123456789");
  const outcome = machine.run("read-part", {
    ...{ FILE: machine.path(file), OFFSET: String(offset), SIZE: String(size) },
  });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return Buffer.from(outcome.stdout, "base64").toString();
}

test("parts are the whole, and the last one is shorter", () => {
  expect([part(0, 4), part(4, 4), part(8, 4), part(12, 4)]).toEqual(["0123", "4567", "89", ""]);
});

test("a file that is gone ends it with 66", () => {
  const machine = stubMachine();
  const outcome = machine.run("read-part", { FILE: machine.path(file), OFFSET: "0", SIZE: "4" });
  expect(outcome).toMatchObject({ code: 66, stdout: "", stderr: `there is no ${machine.path(file)}\n` });
});
