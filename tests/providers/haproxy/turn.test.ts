import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines, held } from "../fake-machine";
import { refusal, sharedHost } from "../provider-host";
import { haproxyInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();

const waits = { stdout: "waits\n" };
const restarted = { stdout: "restarted\n" };

const machine = (name: string, answers: Record<string, Answer>) =>
  machines.machine(name, { "install-haproxy": { stdout: "there\n" }, "haproxy-ready": {}, ...answers });

/** Each cluster has its turns for itself, and keeps what has failed. */
function update(its: FakeMachine, cluster: string) {
  const inputs = haproxyInputs(its, { cluster, row: rowFor(`${cluster}-${its.name}`) } as object);
  return host()
    .resource("HaProxy")
    .update(`${cluster}/${its.name}`, { ...inputs, form: "1" }, { ...inputs, form: "2" });
}

const turns = ({ ran }: FakeMachine) =>
  ran.filter(({ script }) => script === "start-haproxy").map(({ variables }) => variables.TURN);

test("one restarts when the one before it is ready; one that reloads waits for nobody", async () => {
  const ready = held({});
  const [s1, s2, s3] = [
    await machine("s1", { "start-haproxy": [waits, restarted], "haproxy-ready": ready.answer }),
    await machine("s2", { "start-haproxy": [waits, restarted] }),
    await machine("s3", { "start-haproxy": { stdout: "reloaded\n" } }),
  ];
  const first = update(s1, "turns");
  await until("the first has its turn", () => s1.scripts().includes("haproxy-ready"));
  const second = update(s2, "turns");
  await until("the second waits", () => host().engine.said("turns-s2").includes("waiting for its turn"));
  // Time enough for what does not wait.
  await update(s3, "turns");
  expect([turns(s1), turns(s2), turns(s3)]).toEqual([["no", "yes"], ["no"], ["no"]]);
  ready.release();
  await Promise.all([first, second]);
  expect(turns(s2)).toEqual(["no", "yes"]);
});

test("after one that does not get ready the others go on as they are", async () => {
  const s1 = await machine("s1", {
    "start-haproxy": [waits, restarted],
    "haproxy-ready": { code: 1, stderr: "unit not active\n" },
    journal: { stdout: "" },
  });
  const s2 = await machine("s2", { "start-haproxy": waits });
  await refusal(update(s1, "fails"));
  const { message, recorded } = await refusal(update(s2, "fails"));
  expect(message).toBe(
    "s2: waiting for its turn: s1 has failed before it, so that what runs here goes on as it was\n" +
      "  next: see what is said of s1, then run this again",
  );
  expect([turns(s2), recorded?.properties.form]).toEqual([["no"], "1"]);
});
