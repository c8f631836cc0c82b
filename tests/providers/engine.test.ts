import { join } from "node:path";
import { until } from "../until";
import { rowFor } from "./fake-engine";
import { fakeMachines } from "./fake-machine";
import { sharedHost, textFor } from "./provider-host";

const machines = fakeMachines();
const host = sharedHost();
const toy = (kind: string) => host().resource(kind, textFor(join(__dirname, "toys.ts"), kind));

test("steps reach the engine in the resource's row, each once, and for the moment; a warning stays", async () => {
  await toy("Talker").create({ row: rowFor("a"), steps: ["one", "one", "two"] });
  await until("all is said", () => host().engine.said("a").length >= 3);
  const urn = "urn:pulumi:dev::prod::pulumi-nodejs:dynamic/k3s:Talker::a";
  const info = { severity: 1, streamid: 0, urn, ephemeral: true };
  expect(host().engine.lines).toEqual([
    { ...info, message: "one" },
    { ...info, message: "two" },
    { ...info, severity: 2, ephemeral: false, message: "worn out" },
  ]);
});

test("a step that takes its time is said again with the time, and one that is over is not", async () => {
  await toy("Talker").create({ row: rowFor("over"), steps: ["quick"] });
  toy("Stuck")
    .create({ row: rowFor("stuck") })
    .catch(() => undefined);
  await until("it is said again", () => host().engine.said("stuck").length >= 2);
  expect(host().engine.said("stuck")).toEqual(["thinking", expect.stringMatching(/^thinking \([5-9] s\)$/)]);
  expect(host().engine.said("over")).toEqual(["quick", "worn out"]);
});

test("a host whose engine is gone ends its scripts and its sessions, then itself", async () => {
  const s1 = await machines.machine("s1", { stage: { hangs: true } });
  const inputs = { name: "s1", connection: s1.connection, version: "v1", release: "x", images: false };
  host()
    .resource("Machine")
    .create(inputs)
    .catch(() => undefined);
  await until("the script runs", () => s1.scripts().includes("stage"));
  expect(s1.connections()).toBe(1);
  host().engine.kill();
  expect(await host().exited).toBe(1);
  await until("the machine saw it", () => s1.connections() === 0);
  expect(s1.endedEarly).toEqual(["stage"]);
});
