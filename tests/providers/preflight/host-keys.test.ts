import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandConnection } from "../../../providers/command-connection";
import { pinned } from "../../../providers/host-keys";
import { hostKeyPairs } from "../../lab/plugins/command/ssh-server";
import { fakeMachines, type Login } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";
import { told } from "./told";

const machines = fakeMachines();
const host = sharedHost();
const preflight = () => host().resource("Preflight");

const folder = mkdtempSync(join(tmpdir(), "host-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A machine that no key is known of, and how it is declared. */
async function stranger(name: string, login?: Login) {
  const machine = await machines.machine(name, { probe: told(name) }, login);
  const { hostKey, ...rest } = machine.connection;
  const connection = { ...rest, knownHosts: "/dev/null", trustOnFirstUse: true };
  return { machine, hostKey, way: `127.0.0.1:${rest.port}`, declared: { role: "server", connection } };
}

const inputs = (all: Record<string, object>): Props => ({ cluster: "prod", machines: all });

test("the key of a host that may be believed at first use is learned, and is what it gives", async () => {
  const { hostKey, way, declared } = await stranger("s1");
  const { inputs: checked, failures } = await preflight().check(undefined, inputs({ s1: declared }));
  expect([failures, checked.hostKeys]).toEqual([[], { [way]: hostKey }]);
  const { outs } = await preflight().create(checked);
  expect(outs.hostKeys).toEqual({ [way]: hostKey });
  const again = await preflight().check(checked, inputs({ s1: declared }));
  expect(again.inputs.hostKeys).toEqual({ [way]: hostKey });
  expect(await preflight().diff(outs, again.inputs)).toBe(false);
});

test("the key that is learned of a host with several is the one that its hooks are shown", async () => {
  const [ed25519, ecdsa, rsa] = hostKeyPairs();
  const { way, declared } = await stranger("s1", { hostKeys: [ed25519, rsa, ecdsa] });
  const { inputs: checked } = await preflight().check(undefined, inputs({ s1: declared }));
  expect(checked.hostKeys).toEqual({ [way]: ecdsa.public });
  const known = pinned({ ...declared.connection, configFile: false }, { [way]: ecdsa.public });
  expect(commandConnection("s1", known).hostKey).toBe(ecdsa.public);
});

test("another key than the learned one is refused, whatever is believed at first use", async () => {
  const { way, declared } = await stranger("s1");
  const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  const old = { ...inputs({}), hostKeys: { [way]: other } };
  const { failures } = await preflight().check(old, inputs({ s1: declared }));
  expect(failures[0]?.reason).toMatch(
    /error +s1 +host-key +127\.0\.0\.1:\d+ presented SHA256:.* instead of SHA256:.* \(ssh-ed25519\), which is remembered from the first connection\. .*If it was rebuilt, .*\(hostKey: SHA256:/,
  );
});

test("a rebuilt host is accepted by its new key, and the one that was learned is forgotten", async () => {
  const { hostKey, way, declared } = await stranger("s1");
  const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  const old = { ...inputs({ s1: declared }), hostKeys: { [way]: other } };
  const given = { ...declared, connection: { ...declared.connection, hostKey } };
  const { inputs: checked, failures } = await preflight().check(old, inputs({ s1: given }));
  expect([failures, checked.hostKeys]).toEqual([[], {}]);
  const again = await preflight().check(checked, inputs({ s1: declared }));
  expect(again.inputs.hostKeys).toEqual({ [way]: hostKey });
});

test("a new host's key is a change of it, and a host that is gone is forgotten", async () => {
  const [s1, s2] = [await stranger("s1"), await stranger("s2")];
  const first = await preflight().check(undefined, inputs({ s1: s1.declared }));
  const { outs } = await preflight().create(first.inputs);
  const second = await preflight().check(first.inputs, inputs({ s2: s2.declared }));
  expect(second.inputs.hostKeys).toEqual({ [s2.way]: s2.hostKey });
  expect(await preflight().diff(outs, second.inputs)).toBe(true);
  const none = await preflight().check(second.inputs, inputs({}));
  expect(none.inputs.hostKeys).toEqual({});
});

test("where no key may be believed at first use, there is nothing to learn", async () => {
  const { machine, declared } = await stranger("s1");
  const { inputs: checked } = await preflight().check(
    undefined,
    inputs({ s1: { ...declared, connection: machine.connection } }),
  );
  expect(checked).not.toHaveProperty("hostKeys");
});

test("a host is looked at once: when its key is learned, or where known_hosts has one", async () => {
  const [s1, s2] = [await stranger("s1"), await stranger("s2")];
  const knownHosts = join(folder, "known_hosts");
  const port = s2.machine.connection.port;
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${s2.hostKey}\n`);
  const known = { ...s2.declared, connection: { ...s2.declared.connection, knownHosts } };
  const all = inputs({ s1: s1.declared, s2: known });
  const { inputs: checked, failures } = await preflight().check(undefined, all);
  expect([failures, checked.hostKeys]).toEqual([[], { [s1.way]: s1.hostKey }]);
  await preflight().check(checked, all);
  expect([s1.machine.scripts(), s2.machine.scripts()]).toEqual([["probe"], ["probe"]]);
});

test("a machine that was looked at is left alone, also where ssh's configuration of it is gone", async () => {
  const { machine, declared } = await stranger("s1");
  const connection = { ...machine.connection, configFile: join(folder, "gone") };
  const old = inputs({ s1: { ...declared, connection } });
  expect((await preflight().check(old, old)).failures).toEqual([]);
});
