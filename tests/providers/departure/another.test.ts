import { until } from "../../until";
import { etcd, type Told } from "../etcd";
import { rowFor } from "../fake-engine";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";

const machines = fakeMachines();
const host = sharedHost();
const departure = () => host().resource("Departure");

const member = ({ name, connection }: FakeMachine) => ({ name, connection });
const elsewhere = { server: "https://10.0.0.9:6443" };

let order: string[];
let made = 0;
beforeEach(() => {
  order = [];
  made++;
});

/** A server by what its etcd says; of another cluster where an owner is given. */
async function machine(name: string, told: Record<string, Told | undefined>, owner = `m${made}`) {
  const doing = (script: string) => (variables: Record<string, string>) => {
    order.push([name, script, variables.NODE ?? variables.BODY ?? ""].join(" ").trim());
    const [, id] = /"ID":"(\d+)"/.exec(variables.BODY ?? "") ?? [];
    const removed = Object.keys(told)[Number(id) - 1];
    if (removed) told[removed] = undefined;
    return {};
  };
  const scripts = ["drain-node", "enable-node", "stop-node", "forget-node", "change-members"];
  return machines.machine(name, {
    ...Object.fromEntries(scripts.map((script) => [script, doing(script)])),
    "read-owner": { stdout: owner ? `${owner}/${name}\n` : "" },
    "read-member": () => etcd(name, told),
  });
}

function given(servers: FakeMachine[], agents: FakeMachine[] = [], more: Props = {}): Props {
  const members = { servers: servers.map(member), agents: agents.map(member) };
  return { cluster: `m${made}`, ...members, row: rowFor(`another${made}`), ...more };
}

const says = (words: string) =>
  until("it is told", () => host().engine.said(`another${made}`).join().includes(words));

/** As another cluster on the same machine says, which has nodes of the same names. */
const theirs = { s1: { leads: true }, x1: { declared: true } };
const drain = { drain: { timeout: 90_000, emptyDirs: "delete" } };

describe("a machine that is another cluster's by now", () => {
  test("is neither asked nor told when an agent leaves", async () => {
    const [s1, s2] = [await machine("s1", theirs, "other"), await machine("s2", { s2: {}, s3: {} })];
    const a1 = await machine("a1", {});
    await departure().update("d", given([s1, s2], [a1]), given([s1, s2], [], drain));
    expect(order).toEqual(["s2 drain-node a1", "a1 stop-node", "s2 forget-node a1"]);
    await says("s1: its machine holds other/s1 by now, and is not asked");
  });

  test("is taken out of etcd by those that stay, and is left alone itself", async () => {
    const told = { s1: { heard: false, declared: true }, s2: {}, s3: {} };
    const [s1, s2, s3] = [
      await machine("s1", theirs, "other"),
      await machine("s2", told),
      await machine("s3", told),
    ];
    await departure().update("d", given([s1, s2, s3]), given([s2, s3], [], drain));
    expect(order).toEqual(['s2 change-members {"ID":"1"}', "s2 forget-node s1"]);
    expect(s1.scripts()).toEqual(["read-owner"]);
  });

  test("is not taken out while those that stay have a line to its member", async () => {
    const told = { s1: { declared: true }, s2: {}, s3: {} };
    const list = [await machine("s1", {}, ""), await machine("s2", told), await machine("s3", told)];
    const { message } = await refusal(departure().update("d", given(list), given(list.slice(1))));
    expect(message).toBe(
      "s1: taking s1 out of etcd: its machine holds no node of this cluster by now, and is not dead: the other members of etcd have a line to it\n" +
        "  next: see what /etc/rancher/k3s/owner says there, or stop k3s there, then run this again",
    );
    expect(order).toEqual([]);
  });

  test("tells no agent to leave where it would have been the first of those that leave a cluster elsewhere", async () => {
    const told = { far: { declared: true }, s1: { heard: false, declared: true }, s2: {} };
    const [s1, s2] = [await machine("s1", theirs, "other"), await machine("s2", told)];
    const a1 = await machine("a1", {});
    await departure().delete("d", given([s1, s2], [a1], { elsewhere: { ...elsewhere, ...drain } }));
    expect(order).toEqual([
      ...["s2 drain-node a1", "a1 stop-node", "s2 forget-node a1"],
      // While one that is the cluster's can do it.
      ...['s2 change-members {"ID":"2"}', "s2 forget-node s1"],
      ...[
        "s2 drain-node s2",
        "s2 enable-node",
        's2 change-members {"ID":"3"}',
        "s2 stop-node",
        "s2 forget-node s2",
      ],
    ]);
    expect(s1.scripts()).toEqual(["read-owner"]);
  });

  test("has no say in whether those elsewhere can do without who leaves", async () => {
    const told = { far: { declared: true, heard: false }, away: { declared: true }, s2: {} };
    const [s1, s2] = [await machine("s1", { s1: {} }, "other"), await machine("s2", told)];
    const old = given([s1, s2], [], { elsewhere });
    const { failures } = await departure().check(old, given([], [], { elsewhere }));
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("removing servers: without s2 etcd would have 1 healthy of 2 voters"),
    ]);
  });

  test("refuses a departure where all that stay are such machines", async () => {
    const [s1, a1] = [await machine("s1", theirs, "other"), await machine("a1", {})];
    const { message, recorded } = await refusal(departure().update("d", given([s1], [a1]), given([s1])));
    expect(message).toMatch(
      /^m\d+: having nodes leave: none of the servers that stay is the cluster's by now/,
    );
    expect(recorded?.properties.agents).toEqual([member(a1)]);
    expect(order).toEqual([]);
  });
});
