import { machine, minutes, onMachine } from "../e2e/labs";
import { entries, entry, fieldDown, fieldUp, type LabField, write } from "./field";
import { interrupted } from "./interrupted";
import * as killed from "./scenarios/killed";

jest.setTimeout(minutes(12));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("killed", { running: false, spare: 1 });
});

afterAll(() => fieldDown("killed", field));

test("F36 an up that is interrupted or killed is finished by the next one", async () => {
  const { stack } = field;
  write(field, { agents: entries(field, "x1") });
  await interrupted(stack, "SIGINT", /fetching k3s/);
  await interrupted(stack, "SIGKILL", /s1 .*writing its files/);
  // The backend's own lock; nothing of ours is left to clean up.
  await stack.pulumi(["cancel", "--yes"]);
  await interrupted(stack, "SIGINT", /x1 .*(looking|waiting)/);
  await stack.pulumi(["up", "--yes"]);
  await killed.whole(field);
});

test("F37 a node whose files are half changed starts after a reboot, and has the rest after the next run", async () => {
  write(field, { agents: entries(field, "x1") });
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  const config = { "kubelet-arg": ["max-pods=99"] };
  write(field, { agents: [entry(field, "x1", { config })], config });
  for (const name of ["s1", "x1"]) await killed.amidItsFiles(field, name);
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  for (const name of ["s1", "x1"])
    await onMachine(
      field.lab,
      name,
      "grep -q max-pods=99 /etc/rancher/k3s/config.yaml; ! [ -e /etc/rancher/k3s/.changed ]",
    );
  await killed.whole(field);
});

test("F38 a machine that restarts while it becomes a node is told, and is one after the next run", async () => {
  for (const step of [/x1 .*fetching k3s/, /x1 .*writing its files/, /x1 .*(looking|waiting)/]) {
    write(field, {});
    await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
    write(field, { agents: entries(field, "x1") });
    await killed.restarted(field, machine(field.lab, "x1"), step);
    await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
    await killed.whole(field);
  }
});
