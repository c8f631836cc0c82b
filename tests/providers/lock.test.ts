import { alone, changeTogether } from "../../providers/lock";
import { closeAll } from "../../remote/pool";
import { until } from "../until";
import { type FakeMachine, fakeMachines, held } from "./fake-machine";

const make = fakeMachines();

afterEach(closeAll);

const other = { code: 75, stdout: "owner=ann@desk (/home/ann/prod, process 42)\nfor=61\nheard=2\n" };

const member = ({ name, connection }: FakeMachine) => ({ name, connection });

/** A cluster whose agent belongs to it, too. */
async function cluster(...answers: Parameters<typeof make.machine>[1][]) {
  const servers = await Promise.all(answers.map((each, index) => make.machine(`s${index + 1}`, each)));
  const agent = await make.machine("a1");
  changeTogether([...servers, agent].map(member), servers.map(member));
  return { servers, agent };
}

const nothing = () => undefined;

test("while a machine is changed, its lock and those of its cluster's servers are held, once for all who need them", async () => {
  const { servers, agent } = await cluster({}, {}, {});
  const end = held();
  const [s1] = servers as [FakeMachine];
  const works = [agent, s1, s1].map((machine) => alone(member(machine), nothing, () => end.answer()));
  await until("all are held", () => [...servers, agent].every((machine) => machine.held.length > 0));
  for (const machine of [...servers, agent]) {
    expect(machine.held).toEqual([
      expect.stringMatching(new RegExp(`@.+ \\(.+, process ${process.pid}\\)$`)),
    ]);
  }
  end.release();
  await Promise.all(works);
  await until("all are given back", () => [...servers, agent].every((machine) => machine.held.length === 0));
});

test("what follows at once finds the lock still held", async () => {
  const { servers } = await cluster({ "hold-lock": [{ holds: true }, other] });
  const [s1] = servers as [FakeMachine];
  await alone(member(s1), nothing, async () => undefined);
  await expect(alone(member(s1), nothing, async () => "done", 0)).resolves.toBe("done");
});

test("waits while another changes the cluster, says for whom, and has no lock meanwhile", async () => {
  const { servers } = await cluster({}, { "hold-lock": [other, { holds: true }] });
  const [s1, s2] = servers as [FakeMachine, FakeMachine];
  const said: string[] = [];
  const seen: string[][] = [];
  const work = async () => {
    seen.push(s1.held, s2.held);
  };
  await alone(member(s1), (step) => said.push(`${step}, ${s1.held.length} held`), work);
  expect(said).toEqual([
    "waiting for ann@desk (/home/ann/prod, process 42), who is changing the cluster, 0 held",
  ]);
  expect(seen.map((each) => each.length)).toEqual([1, 1]);
});

test("gives up, says who, since when and what will be, and has changed nothing", async () => {
  const { servers } = await cluster({ "hold-lock": other });
  const [s1] = servers as [FakeMachine];
  const work = jest.fn();
  await expect(alone(member(s1), nothing, work, 0)).rejects.toThrow(
    "s1: waiting for the cluster's lock: ann@desk (/home/ann/prod, process 42) has been changing the cluster for 61 s, and was heard of 2 s ago\n" +
      "  next: wait for the end of that run, then run this again; one that was killed or cut off loses the lock within 9 s",
  );
  expect(work).not.toHaveBeenCalled();
});

test("after a lock that was not to be had, the next change tries again", async () => {
  const { servers } = await cluster({ "hold-lock": [other, { holds: true }] });
  const [s1] = servers as [FakeMachine];
  await expect(alone(member(s1), nothing, async () => undefined, -1)).rejects.toThrow("ann@desk");
  await expect(alone(member(s1), nothing, async () => "done")).resolves.toBe("done");
});

test("what another machine calls itself cannot steer the terminal", async () => {
  const { servers } = await cluster({ "hold-lock": { code: 75, stdout: "owner=\u001b[2Jann\n" } });
  const [s1] = servers as [FakeMachine];
  await expect(alone(member(s1), nothing, async () => undefined, -1)).rejects.toThrow(
    /lock: \[2Jann has been/,
  );
});

test("a server that cannot be reached keeps nobody from changing the others", async () => {
  const s1 = await make.machine("s1");
  const s2 = await make.unreachable("s2");
  changeTogether([member(s1), member(s2)], [member(s1), member(s2)]);
  await expect(alone(member(s1), nothing, async () => s1.held.length)).resolves.toBe(1);
});

test("a machine on which nothing can be locked is not changed", async () => {
  const { servers } = await cluster({}, { "hold-lock": { code: 127, stderr: "sh: flock: not found\n" } });
  const [s1] = servers as [FakeMachine];
  const work = jest.fn();
  await expect(alone(member(s1), nothing, work)).rejects.toThrow(
    's2: taking the cluster\'s lock: "hold-lock" failed with exit code 127: sh: flock: not found\n' +
      "  next: install flock (util-linux) there if it is missing, then run this again",
  );
  expect(work).not.toHaveBeenCalled();
  await until("the other is given back", () => s1.held.length === 0);
});

test("a machine of no known cluster is locked by itself", async () => {
  const s9 = await make.machine("s9");
  await expect(alone(member(s9), nothing, async () => s9.held.length)).resolves.toBe(1);
});
