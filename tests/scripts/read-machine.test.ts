import { createHash } from "node:crypto";
import { stubMachine } from "./harness";

const VERSION = "v1.33.3+k3s1";
const staged = `/usr/local/lib/k3s/${VERSION}/k3s`;

test.each(["k3s", "", "one\ntwo\n"])(
  "tells the sha256 of what is staged, and nothing else, for %j",
  (text) => {
    const machine = stubMachine();
    machine.write(staged, text, 0o755);
    const before = machine.snapshot();
    expect(machine.run("read-machine", { VERSION })).toMatchObject({
      code: 0,
      stdout: `${createHash("sha256").update(text).digest("hex")}\n`,
      stderr: "",
    });
    expect(machine.snapshot()).toEqual(before);
  },
);

test.each(["v1.34.0+k3s1", "v1.33.3", "$(touch pwned)", "* *"])(
  "of %s, which is not staged, it tells nothing",
  (other) => {
    const machine = stubMachine();
    machine.write(staged, "k3s");
    expect(machine.run("read-machine", { VERSION: other })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(machine.has("/pwned")).toBe(false);
  },
);
