import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const machine = () => host().resource("Machine");

const inputs = ({ name, connection }: FakeMachine, more: Props = {}): Props => ({
  name,
  connection,
  version: "v1.33.3+k3s1",
  release: "https://mirror.example.com/v1.33.3%2Bk3s1",
  images: false,
  preflight: "prod/preflight",
  disk: "default",
  row: rowFor(name),
  ...more,
});

/** What the 99th of a hundred writes took. */
const took = (milliseconds: number) => ({ stdout: `${milliseconds * 1_000} 99 100\n` });

/** Named anew each time: its warnings are told by that. */
let made = 0;
function measuring(answer: Answer): Promise<FakeMachine> {
  const stage = { stdout: `${"5".repeat(64)}\n` };
  return machines.machine(`d${++made}`, { stage, "measure-disk": answer });
}

async function warned(name: string): Promise<string[]> {
  const said = () => host().engine.lines.filter(({ urn }) => urn.endsWith(`::${name}`));
  await until("the step is said", () => said().some(({ message }) => message === "measuring its disk"));
  return said().flatMap(({ severity, message }) => (severity === LogSeverity.WARNING ? [message] : []));
}

const slow = (name: string, milliseconds: number, otherwise: string) =>
  `${name}: measuring its disk: writes reach the disk after ${milliseconds} ms (99 of 100; etcd wants less than 10)\n` +
  "  next: put /var/lib/rancher/k3s/server/db on a faster disk, such as an SSD, " +
  `or give preflight: { slow-disk: ${otherwise} }`;

test.each<[string, string, number]>([
  ["fast enough", "default", 10],
  ["fast enough for an error", "error", 9.99],
])("a disk that is %s is measured after the release is staged, and not spoken of", async (_, disk, time) => {
  const s1 = await measuring(took(time));
  const { id, outs } = await machine().create(inputs(s1, { disk }));
  expect([id, outs.sha256]).toEqual([s1.name, "5".repeat(64)]);
  expect(s1.scripts()).toEqual(["stage", "measure-disk"]);
  expect(await warned(s1.name)).toEqual([]);
});

test.each([
  ["default", 12.34, 12.3],
  ["default", 100, 100],
  ["warning", 12, 12],
  ["warning", 1234.5, 1230],
])("%s: a disk of %d ms is warned of, after one measurement", async (disk, time, told) => {
  const s1 = await measuring(took(time));
  await machine().create(inputs(s1, { disk }));
  expect(await warned(s1.name)).toEqual([slow(s1.name, told, "ignore")]);
  expect(s1.scripts()).toEqual(["stage", "measure-disk"]);
});

test.each([
  ["default", 143],
  ["error", 10.5],
])(
  "%s: a disk of %d ms is refused when it is no faster the third time; what is staged is recorded",
  async (disk, time) => {
    const s1 = await measuring([took(500), took(time), took(300)]);
    const { message, recorded } = await refusal(machine().create(inputs(s1, { disk })));
    expect(message).toBe(slow(s1.name, time, "warning"));
    expect(recorded).toMatchObject({ id: s1.name, properties: { sha256: "5".repeat(64) } });
    expect(s1.scripts()).toEqual(["stage", "measure-disk", "measure-disk", "measure-disk"]);
  },
);

test("a disk that was slow for a moment is taken by its better one", async () => {
  const s1 = await measuring([took(500), took(20), took(500)]);
  await machine().create(inputs(s1));
  expect(await warned(s1.name)).toEqual([slow(s1.name, 20, "ignore")]);
  expect(s1.scripts()).toEqual(["stage", "measure-disk", "measure-disk"]);
});

test("a disk with a database already, of which nothing is told, is taken as it is", async () => {
  const s1 = await measuring({});
  await machine().create(inputs(s1));
  expect(await warned(s1.name)).toEqual([]);
});

test.each([
  ["is to be ignored", { disk: "ignore" }],
  ["is that of an agent", { disk: undefined }],
])("a disk that %s is not measured", async (_, given) => {
  const a1 = await machines.machine("a1", { stage: { stdout: "5\n" } });
  await machine().create(inputs(a1, given));
  expect(a1.scripts()).toEqual(["stage"]);
});

test("a disk that was refused is measured again by the next run, by how it is taken then", async () => {
  const s1 = await measuring(took(143));
  const { recorded } = await refusal(machine().create(inputs(s1)));
  const next = (disk: string) => machine().update(s1.name, recorded?.properties ?? {}, inputs(s1, { disk }));
  expect((await refusal(next("default"))).message).toBe(slow(s1.name, 143, "warning"));
  await next("warning");
  expect(await warned(s1.name)).toEqual([slow(s1.name, 143, "ignore")]);
});

test("another way to take a slow disk is no change", async () => {
  const s1 = await machines.machine("s1", { missing: {} });
  expect(await machine().diff({ ...inputs(s1), sha256: "5" }, inputs(s1, { disk: "error" }))).toBe(false);
});

test("a disk that cannot be written is refused with what dd says", async () => {
  const s1 = await measuring({ code: 74, stderr: "dd: error writing: No space left on device\n" });
  const { message } = await refusal(machine().create(inputs(s1)));
  expect(message).toBe(
    `${s1.name}: measuring its disk: dd: error writing: No space left on device\n` +
      "  next: see whether it is full or broken (df, dmesg), then run this again",
  );
});

test.each([
  [
    { code: 69, stderr: "its dd does not tell how long it takes\n" },
    "its dd does not tell how long it takes",
  ],
  [{ code: 2 }, "exit code 2"],
])("a disk that could not be measured (%j) is warned of and taken", async (answer, reason) => {
  const s1 = await measuring(answer);
  await machine().create(inputs(s1));
  expect(await warned(s1.name)).toEqual([`${s1.name}: its disk was not measured: ${reason}`]);
});
