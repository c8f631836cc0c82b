import { attempt } from "../../lab/command";
import { userKey } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { labDown, labUp, machine, minutes, ssh } from "./labs";

jest.setTimeout(minutes(2));

let lab: Lab;

beforeAll(async () => {
  lab = await labUp("bastion", { servers: 1, bastion: true });
});

afterAll(() => labDown("bastion"));

test("a machine behind the bastion answers through it", async () => {
  const { code, stdout } = await ssh(lab, "s1", "hostname");
  expect([code, stdout.trim()]).toEqual([0, "s1"]);
});

test("and does not answer without it", async () => {
  const direct = [
    "-F",
    "/dev/null",
    "-i",
    userKey(lab.name),
    "-o",
    "ConnectTimeout=2",
    "-o",
    "BatchMode=yes",
  ];
  const { code, stderr } = await attempt("ssh", [...direct, `root@${machine(lab, "s1").address}`, "true"]);
  expect([code, stderr]).toEqual([255, expect.stringContaining("timed out")]);
});
