import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField, restore, write } from "./field";
import * as ssh from "./scenarios/ssh";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("ssh");
});

afterAll(() => fieldDown("ssh", field));

test("F14 an unreachable host is refused in time with all others, and nothing is begun elsewhere", () =>
  ssh.unreachable(field));

test("F15 a wrong key or user is no failure of the network, and is tried once", () => ssh.wrongLogin(field));

test("F16 another host key is refused with both fingerprints", () => ssh.otherKey(field));

test("F17 an unknown host key needs an explicit trust, which is kept and enforced", async () => {
  await ssh.firstUse(field, (manifest) => {
    write(field, manifest);
    return field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  });
  await restore(field);
});

test("F18 sudo that asks, takes another password, or wants a terminal is refused; the right password will do", () =>
  ssh.sudo(field));
