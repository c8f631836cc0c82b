import { minutes, onMachine } from "../e2e/labs";
import { entries, fieldDown, fieldUp, type LabField, write } from "./field";
import { interrupted } from "./interrupted";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("killed", { running: false, spare: 1 });
});

afterAll(() => fieldDown("killed", field));

test("F36 an up that is interrupted or killed is finished by the next one", async () => {
  const { stack, lab } = field;
  write(field, { agents: entries(field, "x1") });
  await interrupted(stack, "SIGINT", /fetching k3s/);
  await interrupted(stack, "SIGKILL", /s1 .*writing its files/);
  // The backend's own lock; nothing of ours is left to clean up.
  await stack.pulumi(["cancel", "--yes"]);
  await interrupted(stack, "SIGINT", /x1 .*(looking|waiting)/);
  await stack.pulumi(["up", "--yes"]);
  const nodes = await onMachine(lab, "s1", "k3s kubectl --cache-dir /tmp/kube get nodes --no-headers");
  expect(nodes.split("\n").map((line) => line.split(/ +/).slice(0, 2).join(" "))).toEqual([
    "s1 Ready",
    "x1 Ready",
  ]);
  expect(await stack.pulumi(["preview"])).not.toMatch(/\d+ to (create|update|replace|delete)/);
});
