import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command } from "../../lab/command";
import { inRepository } from "../../lab/folders";
import { minutes, onMachine } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField } from "./field";

jest.setTimeout(minutes(12));

const server = "/var/lib/rancher/k3s/server";
const snapshots = { schedule: "* * * * *", retention: 2 };

let field: LabField;
let started: string;

beforeAll(async () => {
  field = await fieldUp("snapshots", { spare: 0, more: { snapshots } });
  started = await startTime();
});

afterAll(() => fieldDown("snapshots", field));

const on = (script: string) => onMachine(field.lab, "s1", script);

test("U04 of the snapshots that k3s takes by itself two are kept, each with the token that it needs", async () => {
  const [first = ""] = await until("there is one", async () => {
    const [names] = await listed();
    return names.length > 0 ? names : undefined;
  });
  expect(first).toMatch(/^etcd-snapshot-s1-\d+$/);
  const names = await until(`${first} and its token are gone`, async () => {
    const [its, tokens] = await listed();
    return its.length === 2 && !its.includes(first) && its.join() === tokens.join() ? its : undefined;
  });
  for (const name of names) {
    const token = `${server}/db/snapshot-tokens/${name}`;
    expect(await on(`stat -c %a:%U ${token} && cmp ${token} ${server}/token && echo same`)).toBe(
      "600:root\nsame",
    );
  }
  expect(await startTime()).toBe(started);
});

test("U04 one that is asked for is saved and fetched with its token, and both stay until it is removed", async () => {
  const { folder, env } = field.stack;
  const args = ["snapshot", "--stack", "t", "--name", "asked-for", "--to", "backup"];
  const told = await command(process.execPath, [inRepository("dist", "cli", "main.js"), ...args], {
    ...{ cwd: folder, env },
  });
  console.log(`U04 ${told}`);
  const [name = ""] = readdirSync(join(folder, "backup")).filter((file) => !file.endsWith(".token"));
  expect(name).toMatch(/^asked-for-s1-\d+$/);
  const fetched = readFileSync(join(folder, "backup", name));
  const sum = createHash("sha256").update(fetched).digest("hex");
  expect(await on(`sha256sum <${server}/db/snapshots/${name}`)).toBe(`${sum}  -`);
  const token = readFileSync(join(folder, "backup", `${name}.token`), "utf8").trim();
  expect(await on(`cat ${server}/token`)).toBe(token);
  await on(`k3s etcd-snapshot delete ${name}`);
  await until("its token is gone", async () => {
    const [, tokens] = await listed();
    return tokens.includes(name) ? undefined : tokens;
  });
});

test("U04 what keeps the tokens is repaired without a restart of k3s", async () => {
  const { pulumi } = field.stack;
  await on("systemctl stop snapshot-tokens-k3s.path; rm /etc/rancher/k3s/keep-snapshot-tokens");
  await pulumi(["refresh", "--yes", "--skip-preview"]);
  expect(await pulumi(["preview"])).toContain("changing it restarts nothing on s1");
  await pulumi(["up", "--yes", "--skip-preview"]);
  expect(await on("systemctl is-active snapshot-tokens-k3s.path")).toBe("active");
  expect(await startTime()).toBe(started);
  expect(await pulumi(["preview"])).toMatch(/\d+ unchanged\n/);
});

/** The names of the snapshots that are whole, and of the tokens. */
async function listed(): Promise<[string[], string[]]> {
  const inFolder = async (name: string) => {
    const names = await on(`ls ${server}/db/${name} 2>/dev/null || true`);
    return names.split("\n").filter((file) => file && !file.endsWith(".part"));
  };
  return [await inFolder("snapshots"), await inFolder("snapshot-tokens")];
}

function startTime(): Promise<string> {
  return on("systemctl show -p ActiveEnterTimestampMonotonic --value k3s");
}

async function until<T>(what: string, found: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + minutes(5);
  for (;;) {
    const seen = await found();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`Waited 5 minutes in vain until ${what}.`);
    await pause(1_000);
  }
}
