import { readFileSync } from "node:fs";
import { inRepository } from "../../lab/folders";
import { userKey } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { labDown, labUp, machine, minutes, onMachine } from "./labs";
import { newStack, type Stack } from "./stack";

jest.setTimeout(minutes(3));

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await labUp("plugins", {});
  stack = await newStack(inRepository("tests", "e2e", "fixtures", "plugins"));
  await stack.pulumi(["config", "set", "host", machine(lab, "s1").address]);
  const privateKey = readFileSync(userKey(lab.name), "utf8");
  await stack.pulumi(["config", "set", "--secret", "privateKey"], { input: privateKey });
});

afterAll(async () => {
  stack?.remove();
  await labDown("plugins");
});

test("passwords, ids and remote commands work through the real engine, and a second run changes nothing", async () => {
  await stack.pulumi(["up", "--yes"]);
  const outputs = JSON.parse(await stack.pulumi(["stack", "output", "--json", "--show-secrets"]));
  expect(outputs).toEqual({
    password: expect.stringMatching(/^[A-Za-z0-9]{24}$/),
    id: expect.stringMatching(/^[0-9a-f]{8}$/),
    greeting: "s1\n24",
  });
  expect(await stack.pulumi(["up", "--yes"])).toMatch(/4 unchanged/);
  expect(await stack.pulumi(["stack", "export"])).not.toContain(outputs.password);
});

test("destroy runs the command that was given for it", async () => {
  expect(await onMachine(lab, "s1", "ls /root")).toBe("created");
  await stack.pulumi(["destroy", "--yes"]);
  expect(await onMachine(lab, "s1", "ls /root")).toBe("");
});

test("a command that fails stops the run and says its exit code", async () => {
  await stack.pulumi(["config", "set", "create", "exit 3"]);
  const { code, stdout } = await stack.tryPulumi(["up", "--yes"]);
  expect([code === 0, stdout]).toEqual([false, expect.stringMatching(/greeting[\s\S]*\b3\b/)]);
});
