import { stubMachine } from "./harness";

const folder = "/etc/rancher/k3s";
const passwd = "/var/lib/rancher/k3s/server/cred/passwd";
const variables = { OWNER: "dev/s1", TOKEN: "new", AGENT_TOKEN: "new-agent" };

function server(token: string, state = "active") {
  const machine = stubMachine();
  machine.write(`${folder}/owner`, "dev/s1");
  machine.write(`${folder}/token`, token, 0o600);
  machine.write(`${folder}/agent-token`, "old-agent", 0o600);
  machine.write(passwd, "old");
  machine.stub("systemctl", { "is-active k3s": state });
  return machine;
}

test.each([
  ["a password alone", "old", "new"],
  ["one that is pinned to its CA", "K10ab::server:old", "K10ab::server:new"],
])("%s becomes the new one, for root alone, and the next run restarts", (_case, old, now) => {
  const machine = server(old);
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect([machine.read(`${folder}/token`), machine.mode(`${folder}/token`)]).toEqual([now, "600"]);
  expect([machine.read(`${folder}/agent-token`), machine.mode(`${folder}/agent-token`)]).toEqual([
    "new-agent",
    "600",
  ]);
  expect([machine.has(`${folder}/.changed`), machine.has(passwd)]).toEqual([true, true]);
});

test("the same tokens are none to restart for", () => {
  const machine = server("K10ab::server:new");
  machine.write(`${folder}/agent-token`, "new-agent", 0o600);
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0 });
  expect(machine.has(`${folder}/.changed`)).toBe(false);
});

test("a server that does not run forgets the passwords that it may have started with", () => {
  const machine = server("old", "activating");
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0 });
  expect(machine.has(passwd)).toBe(false);
});

test("a machine of another, or of none yet, is left alone", () => {
  const other = server("old");
  other.write(`${folder}/owner`, "other/s1");
  const before = other.snapshot();
  expect(other.run("next-tokens", variables)).toMatchObject({ code: 0 });
  expect(other.snapshot()).toEqual(before);
  expect(stubMachine().run("next-tokens", variables)).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("snapshots from here on are kept with the new token, before the server has restarted with it", () => {
  const data = "/var/lib/rancher/k3s/server";
  const machine = server("old");
  machine.write(`${data}/token`, "K10ab::server:old\n", 0o600);
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.has(`${data}/db/snapshot-tokens`)).toBe(false);
  machine.write(`${data}/db/etcd/name`, "s1");
  expect(machine.run("next-tokens", variables)).toMatchObject({ code: 0, stderr: "" });
  const current = `${data}/db/snapshot-tokens/.current`;
  expect([machine.read(current), machine.mode(current)]).toEqual(["K10ab::server:new\n", "600"]);
  const before = machine.snapshot();
  machine.run("next-tokens", variables);
  expect(machine.snapshot()).toEqual(before);
});
