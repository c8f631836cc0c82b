import { createHash } from "node:crypto";
import { utimesSync } from "node:fs";
import { stubMachine } from "./harness";

const folder = "/etc/rancher/k3s";
const known = "/var/lib/rancher/k3s/server/token";
const pin = `K10${"a".repeat(64)}::server:`;

interface Given {
  /** What the cluster has. */
  held: string;
  /** What the server starts with next. */
  file: string;
  /** What install-node.sh wrote. */
  installed?: string;
  /** Whether the file was written after k3s wrote what it has. */
  newer?: boolean;
}

function server({ held, file, installed, newer }: Given) {
  const machine = stubMachine();
  machine.write(`${folder}/owner`, "prod/s1");
  machine.write(known, `${pin}${held}\n`, 0o600);
  machine.write(`${folder}/token`, file, 0o600);
  if (installed) {
    const sum = createHash("sha256").update(installed).digest("hex");
    const lines = [
      `0000 644:root:root ${machine.path(`${folder}/agent-token`)}`,
      `${sum} 600:root:root ${machine.path(`${folder}/token`)}`,
    ];
    machine.write(`${folder}/.written`, `${lines.join("\n")}\n`, 0o600);
  }
  utimesSync(machine.path(known), 1_700_000_000, 1_700_000_000);
  const time = newer ? 1_700_000_001 : 1_690_000_000;
  utimesSync(machine.path(`${folder}/token`), time, time);
  return machine;
}

test.each<[string, string, Given, string[]]>([
  [
    "has what is declared",
    "one",
    { held: "one", file: "one", installed: "one" },
    ["held=declared", "file=declared"],
  ],
  [
    "was told of the turn, and no more",
    "two",
    { held: "two", file: "one", installed: "one" },
    ["held=declared", "file=given"],
  ],
  [
    "knows nothing of a turn yet",
    "two",
    { held: "one", file: "one", installed: "one" },
    ["held=given", "file=given"],
  ],
  [
    "is to restart in a turn",
    "two",
    { held: "one", file: "two", installed: "one", newer: true },
    ["held=given", "file=declared"],
  ],
  [
    "has its files already, and is to restart in a turn",
    "two",
    { held: "one", file: "two", installed: "two", newer: true },
    ["held=given", "file=declared"],
  ],
  [
    "was told of a turn that was taken back",
    "one",
    { held: "two", file: "one", installed: "one" },
    ["held=other", "file=declared"],
  ],
  [
    "was given the tokens of a turn that was taken back",
    "one",
    { held: "two", file: "two", installed: "one", newer: true },
    ["held=other", "file=other"],
  ],
  [
    "was told another token by hand",
    "one",
    { held: "hand", file: "hand", installed: "one" },
    ["held=other", "file=other"],
  ],
  [
    "was adopted, with tokens that nobody declared",
    "made",
    { held: "its", file: "its", installed: "its" },
    ["held=given", "file=given"],
  ],
  [
    "was adopted, and told of a turn that was taken back",
    "made",
    { held: "two", file: "its", installed: "its" },
    ["held=other", "file=given"],
  ],
  ["was never written whole", "two", { held: "one", file: "one" }, ["held=given", "file=given"]],
  [
    "joined, and has what is declared",
    "one",
    { held: "one", file: `${pin}one`, installed: `${pin}one` },
    ["held=declared", "file=declared"],
  ],
  [
    "joined, and knows nothing of a turn yet",
    "two",
    { held: "one", file: `${pin}one`, installed: `${pin}one` },
    ["held=given", "file=given"],
  ],
])("a server that %s", (_case, TOKEN, given, told) => {
  const machine = server(given);
  const before = machine.snapshot();
  const outcome = machine.run("held-tokens", { OWNER: "prod/s1", TOKEN });
  expect(outcome).toMatchObject({ code: 0, stderr: "", stdout: `${told.join("\n")}\n` });
  expect(machine.snapshot()).toEqual(before);
  expect(outcome.calls.flatMap(({ args }) => args).join(" ")).not.toMatch(/\b(one|two|hand|its|made)\b/);
});

test("a machine of another, one that is being removed, and one that never ran tell nothing", () => {
  const given = { held: "two", file: "one", installed: "one" };
  const says = (machine: ReturnType<typeof server>, OWNER = "prod/s1") =>
    machine.run("held-tokens", { OWNER, TOKEN: "one" });
  const nothing = { code: 0, stdout: "", stderr: "" };
  expect(says(server(given), "prod/s2")).toMatchObject(nothing);
  const leaving = server(given);
  leaving.write(`${folder}/.removing`, "");
  expect(says(leaving)).toMatchObject(nothing);
  const fresh = server(given);
  fresh.remove(known);
  expect(says(fresh)).toMatchObject(nothing);
  expect(says(stubMachine())).toMatchObject(nothing);
});
