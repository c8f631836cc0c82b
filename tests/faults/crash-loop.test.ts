import { minutes, onMachine } from "../e2e/labs";
import { traces } from "../e2e/traces";
import { fieldDown, fieldUp, type LabField, write } from "./field";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("crash-loop", { spare: 0, running: false });
});

afterAll(() => fieldDown("crash-loop", field));

test("F43 a server that cannot start is a failure with its step, its journal and the next step, once", async () => {
  const { stack, lab } = field;
  const before = await onMachine(lab, "s1", traces);
  write(field, { config: { "kube-apiserver-arg": ["no-such-flag=1"] } });
  const { code, stdout, stderr } = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
  const said = stdout + stderr;
  expect([code === 0, said]).toEqual([
    false,
    expect.stringMatching(
      /s1: starting k3s: the unit ends again and again\n(?: +\| .*\n)* +\| .*no-such-flag/,
    ),
  ]);
  expect(said.split("Diagnostics:")[1]?.match(/journalctl -u k3s on s1/g)).toHaveLength(1);
  write(field, {});
  await stack.pulumi(["up", "--yes", "--skip-preview"]);
  await stack.pulumi(["destroy", "--yes"]);
  expect(await onMachine(lab, "s1", traces)).toBe(before);
});
