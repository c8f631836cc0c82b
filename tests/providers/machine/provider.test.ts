import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const machine = () => host().resource("Machine");

const release = "https://mirror.example.com/v1.33.3%2Bk3s1";
const inputs = ({ name, connection }: FakeMachine, more: Props = {}): Props => ({
  name,
  connection,
  version: "v1.33.3+k3s1",
  release,
  images: false,
  preflight: "prod/preflight",
  ...more,
});

test.each([
  [false, "no"],
  [true, "yes"],
])("stages a release (images: %s) and gives the binary's sha256", async (images, IMAGES) => {
  const s1 = await machines.machine("s1", { stage: { stdout: `${"5".repeat(64)}\n` } });
  const { id, outs } = await machine().create(inputs(s1, { images }));
  expect([id, outs.sha256]).toEqual(["s1", "5".repeat(64)]);
  expect(s1.ran).toEqual([
    { script: "stage", variables: { VERSION: "v1.33.3+k3s1", BASE: release, IMAGES, PROXY: "" } },
  ]);
});

test("another version is staged beside what runs, and its sha256 replaces the last", async () => {
  const s1 = await machines.machine("s1", { stage: { stdout: `${"6".repeat(64)}\n` } });
  const news = inputs(s1, { version: "v1.34.1+k3s1" });
  const outs = await machine().update("s1", { ...inputs(s1), sha256: "5".repeat(64) }, news);
  expect(outs).toEqual({ ...news, sha256: "6".repeat(64), __provider: expect.anything() });
  expect(s1.variables("stage")).toMatchObject({ VERSION: "v1.34.1+k3s1" });
});

test("what came before it is no change of it", async () => {
  const s1 = await machines.machine("s1", { missing: {} });
  expect(await machine().diff(inputs(s1), inputs(s1, { preflight: "other" }))).toBe(false);
  expect(await machine().diff(inputs(s1), inputs(s1, { images: true }))).toBe(true);
});

test("a release that is not staged any more is a change of it", async () => {
  const s1 = await machines.machine("s1", { missing: { stdout: "yes\n" } });
  expect(await machine().diff(inputs(s1), inputs(s1))).toBe(true);
  expect(s1.variables("missing")).toEqual({ PLACE: "/usr/local/lib/k3s/v1.33.3+k3s1/k3s", REMOVING: "" });
});

test("is fetched through the proxy that is given, and another one is no change of it", async () => {
  const s1 = await machines.machine("s1", { missing: {}, stage: { stdout: `${"5".repeat(64)}\n` } });
  const proxy = "http://user:pass@proxy:3128";
  const { outs } = await machine().create(inputs(s1, { proxy }));
  expect(s1.variables("stage").PROXY).toBe(proxy);
  expect(await machine().diff(outs, inputs(s1, { proxy: "http://other:1" }))).toBe(false);
});

test("a proxy's password is in no failure, whatever curl says of it", async () => {
  const proxy = "http://user:pass@proxy:99999";
  const stderr = `${release}/sums could not be fetched: curl: (5) Unsupported proxy syntax in '${proxy}'\n`;
  const s1 = await machines.machine("s1", { stage: { code: 69, stderr } });
  const { message } = await refusal(machine().create(inputs(s1, { proxy })));
  expect(message).toContain("Unsupported proxy syntax in '[secret]'");
  expect(message).not.toContain("pass");
});

test("a file that differs from the release's list is told, and nothing is recorded", async () => {
  const stderr = `${release}/k3s has sha256 1; the release lists 2\n`;
  const s1 = await machines.machine("s1", { stage: { code: 65, stderr } });
  const { message, recorded } = await refusal(machine().create(inputs(s1)));
  expect(message).toBe(
    `s1: fetching k3s v1.33.3+k3s1: ${stderr.trim()}\n` +
      "  next: correct the mirror, or remove what changes files on the way; nothing was installed",
  );
  expect(recorded).toBeUndefined();
});

test("what is staged is what was released, until somebody looks", async () => {
  const { inputs: checked } = await machine().check(undefined, inputs(await machines.machine("s1")));
  expect(checked.staged).toBe("as released");
});

describe("read", () => {
  const sum = "5".repeat(64);
  const state = (s1: FakeMachine, more: Props = {}): Props =>
    inputs(s1, { proxy: "http://proxy:3128", disk: "default", staged: "as released", sha256: sum, ...more });

  test("of what is as it was staged gives the state back, and no inputs", async () => {
    const s1 = await machines.machine("s1", { "read-machine": { stdout: `${sum}\n` } });
    const { id, props, inputs: seen } = await machine().read("s1", state(s1));
    expect([id, props, seen]).toEqual(["s1", { ...state(s1), __provider: expect.anything() }, undefined]);
    expect(s1.ran).toEqual([{ script: "read-machine", variables: { VERSION: "v1.33.3+k3s1" } }]);
  });

  test.each([
    ["changed", { stdout: `${"6".repeat(64)}\n` }],
    ["missing", {}],
  ])("of what is %s tells so, and it is staged again by the next update", async (staged, answer) => {
    const s1 = await machines.machine("s1", { "read-machine": answer, stage: { stdout: `${sum}\n` } });
    const { id, props, inputs: seen = {} } = await machine().read("s1", state(s1));
    const { sha256, ...declared }: Props = { ...state(s1, { staged }), __provider: expect.anything() };
    expect([id, props, seen]).toEqual(["s1", { ...declared, sha256 }, declared]);
    const { inputs: news } = await machine().check(seen, inputs(s1));
    expect(await machine().diff(props, news)).toBe(true);
    const outs = await machine().update("s1", props, news);
    expect([outs.staged, outs.sha256]).toEqual(["as released", sum]);
  });

  test("of what was staged anew after all finds nothing any more", async () => {
    const s1 = await machines.machine("s1", { "read-machine": { stdout: `${sum}\n` } });
    const { props, inputs: seen } = await machine().read("s1", state(s1, { staged: "missing" }));
    expect([props.staged, seen?.staged]).toEqual(["as released", "as released"]);
  });
});

test("is removed with all that was ever staged", async () => {
  const s1 = await machines.machine("s1", { unstage: {} });
  await machine().delete("s1", { ...inputs(s1), sha256: "5" });
  expect(s1.ran).toEqual([{ script: "unstage", variables: {} }]);
});

test("a machine that cannot be reached is named, with its step", async () => {
  const s1 = await machines.unreachable("s1");
  const { message } = await refusal(machine().delete("s1", inputs(s1)));
  expect(message).toBe(
    `s1: removing k3s: 127.0.0.1:${s1.connection.port} refused the connection (ECONNREFUSED)\n` +
      "  next: check that sshd runs there and listens on this port",
  );
});
