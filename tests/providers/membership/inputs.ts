import { etcd, type Told } from "../etcd";
import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, sharedHost } from "../provider-host";

export const version = "v1.33.3+k3s1";
export const newer = "v1.34.1+k3s1";

export const healthy = { s1: {}, s2: {}, s3: {} };
/** Whose etcd may go to the next minor release of k3s. */
export const current = { s1: { version: "3.5.26" }, s2: { version: "3.5.26" }, s3: { version: "3.5.26" } };

/** What Membership is given of these servers. */
export function given(members: FakeMachine[], more: Props = {}): Props {
  return {
    ...{ cluster: "prod", version, token: "t0ken", agentToken: "agent-t0ken" },
    ...{ servers: members.map(({ name }) => name) },
    ...{ members: members.map(({ name, connection }) => ({ name, connection })), releases: [] },
    ...more,
  };
}

/** Membership as the engine has it, and machines for it, for all tests of the file that calls this. */
export function scene() {
  const machines = fakeMachines();
  const host = sharedHost();
  const membership = () => host().resource("Membership");
  return {
    machines,
    host,
    membership,
    /** Servers by what etcd on them says. */
    servers: (told: Record<string, Told | undefined>): Promise<FakeMachine[]> =>
      Promise.all(
        Object.keys(told).map((name) => machines.machine(name, { "read-member": etcd(name, told) })),
      ),
    async complaints(old: Props | undefined, inputs: Props): Promise<string[]> {
      const { failures } = await membership().check(old, inputs);
      expect(failures.map(({ property }) => property)).toEqual(failures.map(() => ""));
      return failures.map(({ reason }) => reason);
    },
  };
}

/** Has the machines run these scripts, which print this, and gives the order in which they did. */
export function ordered(list: readonly FakeMachine[], scripts: Record<string, string>): string[] {
  const order: string[] = [];
  for (const { name, answers } of list)
    for (const [script, stdout] of Object.entries(scripts))
      answers[script] = () => {
        order.push(`${name} ${script}`);
        return { stdout };
      };
  return order;
}
