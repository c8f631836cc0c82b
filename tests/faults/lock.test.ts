import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openStack, type Stack } from "../../lab/stack";
import { minutes, onMachine } from "../e2e/labs";
import { newFolder } from "../e2e/stack";
import { fails } from "./fails";
import { fieldDown, fieldUp, type LabField, write } from "./field";
import { interrupted } from "./interrupted";

jest.setTimeout(minutes(8));

let field: LabField;
let second: Stack;

const args = (value: string) => ({ config: { "kubelet-arg": [`max-pods=${value}`] } });

beforeAll(async () => {
  field = await fieldUp("lock", { spare: 0 });
  second = await otherCheckout(field.stack);
});

afterAll(async () => {
  second?.remove();
  await fieldDown("lock", field);
});

const someoneElse = /(waiting for .+@.+ \(.+\/project, process \d+\), who is changing the cluster)/;

test("F20 of two runs at once, one waits for the other and then does its work", async () => {
  write(field, args("120"));
  write({ ...field, stack: second }, args("130"));
  const [first] = await startedTo(field.stack, /s1 .*(looking|waiting|writing)/);
  const late = await second.tryPulumi(["up", "--yes", "--skip-preview"]);
  expect(late).toMatchObject({ code: 0, stdout: expect.stringMatching(someoneElse) });
  expect(await first).toBe(0);
  expect(await onMachine(field.lab, "s1", "cat /etc/rancher/k3s/config.yaml")).toContain("max-pods=130");
});

test("F20 who holds the lock for long is named, and nothing is changed", async () => {
  const { lab } = field;
  const script =
    "echo 'owner=ann@desk (/home/ann, process 42)' >/run/k3s-cluster.lock; date +since=%s >>/run/k3s-cluster.lock";
  const unit = "systemd-run --unit other-run flock /run/k3s-cluster.lock sleep infinity";
  const make = () => onMachine(lab, "s1", `${unit}\n${script}`);
  const mend = () => onMachine(lab, "s1", "systemctl stop other-run");
  await fails(field, {
    manifest: args("140"),
    told: [
      {
        where: "s1",
        cause:
          /^waiting for the cluster's lock: ann@desk \(\/home\/ann, process 42\) has been changing the cluster for \d+ s, and was heard of \d+ s ago$/,
        next: /wait for the end of that run/,
      },
    ],
    within: 60,
    broken: [{ make, mend }],
    untouched: ["s1"],
  });
});

test("F20 a run that is killed has lost the lock when the next one starts", async () => {
  write(field, args("150"));
  await interrupted(field.stack, "SIGKILL", /s1 .*(looking|waiting|writing)/);
  await field.stack.pulumi(["cancel", "--yes"]);
  expect(await field.stack.pulumi(["up", "--yes", "--skip-preview"])).toContain("1 updated");
  expect(await onMachine(field.lab, "s1", "ls /run/k3s-cluster.lock 2>/dev/null || true")).toBe("");
});

/** The same project and its state in a folder of its own, as somebody else has it. */
function otherCheckout({ folder }: Stack): Promise<Stack> {
  const copy = newFolder();
  cpSync(join(folder, "../state"), join(copy, "state"), { recursive: true });
  return openStack(copy, "t", (project) => cpSync(folder, project, { recursive: true }));
}

/** Starts an up, and when it has come to this step gives what its exit code will be. */
async function startedTo({ common, env }: Stack, step: RegExp): Promise<Promise<number>[]> {
  const child = spawn("pulumi", [...common, "up", "--yes", "--skip-preview"], { env });
  const end = once(child, "exit").then(([code]) => code as number);
  for await (const line of createInterface(child.stdout)) if (step.test(line)) break;
  child.stdout.resume();
  return [end];
}
