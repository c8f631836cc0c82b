import { until } from "../until";
import { fakeMachines, held } from "./fake-machine";
import { agentInputs, serverInputs } from "./node/inputs";
import { told } from "./preflight/told";
import { type Props, sharedHost } from "./provider-host";

const machines = fakeMachines();
const host = sharedHost();

const staged = { stdout: `${"5".repeat(64)}\n` };

/** A server and an agent that the look at the machines has seen. */
async function cluster(script: string) {
  const end = held(staged);
  const answers = (name: string) => ({ probe: told(name), [script]: end.answer });
  const s1 = await machines.machine("s1", answers("s1"));
  const a1 = await machines.machine("a1", answers("a1"));
  const probed = {
    s1: { role: "server", connection: s1.connection },
    a1: { role: "agent", connection: a1.connection },
  };
  await host().resource("Preflight").check(undefined, { cluster: "prod", machines: probed });
  return { s1, a1, end };
}

async function holders(
  script: string,
  work: (given: Awaited<ReturnType<typeof cluster>>) => Promise<unknown>,
) {
  const given = await cluster(script);
  const done = work(given);
  await until("it is under way", () => [given.s1, given.a1].some((each) => each.scripts().includes(script)));
  const count = [given.s1.held.length, given.a1.held.length];
  given.end.release();
  await done;
  return count;
}

const staging: Props = { version: "v1.33.3+k3s1", release: "https://mirror", images: false, preflight: "p" };

test.each<[string, string, (given: Awaited<ReturnType<typeof cluster>>) => Promise<unknown>, number[]]>([
  [
    "an agent's artifacts, staged,",
    "stage",
    ({ a1: { name, connection } }) =>
      host()
        .resource("Machine")
        .create({ name, connection, ...staging }),
    [1, 1],
  ],
  [
    "a server's artifacts, staged anew,",
    "stage",
    ({ s1: { name, connection } }) => {
      const old = { name, connection, ...staging };
      return host()
        .resource("Machine")
        .update("s1", { ...old, sha256: "4" }, { ...old, version: "v1.34.1+k3s1" });
    },
    [1, 0],
  ],
  [
    "an agent, removed,",
    "uninstall-node",
    ({ a1 }) => host().resource("Node").delete("prod/a1", agentInputs(a1)),
    [1, 1],
  ],
  [
    "a server, removed,",
    "uninstall-node",
    ({ s1 }) => host().resource("Node").delete("prod/s1", serverInputs(s1)),
    [1, 0],
  ],
])("%s is changed under the locks of the servers and its own", async (_what, script, work, expected) => {
  expect(await holders(script, work)).toEqual(expected);
});
