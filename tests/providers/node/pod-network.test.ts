import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { type Answer, type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, caHash, pinned, serverInputs, url } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");

const answers = {
  "find-cluster": { stdout: `${caHash} prod/s1\n` },
  "read-member": {},
  "check-token": {},
  "install-node": { stdout: "started\n" },
  "node-ready": {},
  "uncordon-node": {},
};
const step = "checking the pod network";
const filtered = "s2 172.30.0.12 8472\ns1 172.30.0.11 8472\n";
const failure = (name: string) =>
  `${name}: ${step}: packets to s1 (172.30.0.11), s2 (172.30.0.12) do not come through: UDP 8472 is filtered on the way\n` +
  "  next: open 8472/udp between all machines, or give preflight: { pod-network: ignore }";

/** Named anew each time: its warnings are told by that. */
let made = 0;
function reaching(answer: Answer): Promise<FakeMachine> {
  return machines.machine(`n${++made}`, { ...answers, missing: {}, "check-tunnel": answer });
}

function given(machine: FakeMachine, more: Props = {}): Props {
  return { ...agentInputs(machine), row: rowFor(machine.name), ...more };
}

async function warned(name: string): Promise<string[]> {
  const said = () => host().engine.lines.filter(({ urn }) => urn.endsWith(`::${name}`));
  await until("the step is said", () => said().some(({ message }) => message === step));
  return said().flatMap(({ severity, message }) => (severity === LogSeverity.WARNING ? [message] : []));
}

test("an agent that is Ready is asked whether it reaches the others, all of them", async () => {
  const a1 = await reaching({});
  await node().create(given(a1));
  expect(a1.scripts()).toEqual(["check-token", "install-node", "node-ready", "check-tunnel"]);
  expect(a1.variables("check-tunnel")).toEqual({ NODE: a1.name, ONLY: "", PATIENCE: "10" });
  expect(await warned(a1.name)).toEqual([]);
});

test("an agent that does not is refused and recorded, and looked at again by the next run", async () => {
  const a1 = await reaching([{ stdout: filtered }, { stdout: filtered }, {}]);
  const { message, recorded } = await refusal(node().create(given(a1)));
  expect(message).toBe(failure(a1.name));
  expect(recorded).toMatchObject({ id: `prod/${a1.name}`, properties: given(a1) });
  const again = () => node().update(`prod/${a1.name}`, recorded?.properties ?? {}, given(a1));
  expect((await refusal(again())).message).toBe(failure(a1.name));
  await again();
});

test("an agent whose finding is a warning is warned of", async () => {
  const a1 = await reaching({ stdout: filtered });
  const { outs } = await node().create(given(a1, { podNetwork: "warning" }));
  expect(await warned(a1.name)).toEqual([failure(a1.name)]);
  expect(await node().diff(outs, given(a1, { podNetwork: "error" }))).toBe(false);
});

test("an agent whose finding is to be ignored is not asked", async () => {
  const a1 = await machines.machine("a1", answers);
  await node().create(given(a1, { podNetwork: "ignore" }));
  expect(a1.scripts()).not.toContain("check-tunnel");
});

test("an agent that cannot say is warned of", async () => {
  const stderr = "the API does not list the nodes\n";
  const a1 = await reaching({ code: 69, stderr });
  await node().create(given(a1));
  expect(await warned(a1.name)).toEqual([
    `${a1.name}: the pod network was not checked: the API does not list the nodes`,
  ]);
});

test("each port that is filtered is named once", async () => {
  const a1 = await reaching({ stdout: "s1 1.1.1.1 51820\ns2 2.2.2.2 51820\ns3 ::1 51821\n" });
  const { message } = await refusal(node().create(given(a1)));
  expect(message).toContain("UDP 51820, 51821 is filtered");
  expect(message).toContain("open 51820/udp, 51821/udp between");
});

test("a server is not asked by itself: the control plane asks them together", async () => {
  const s2 = await machines.machine("s2", answers);
  const inputs = serverInputs(s2, { join: url, token: pinned });
  const { outs } = await node().create(inputs);
  await node().update("prod/s2", outs, { ...inputs, version: "v2" });
  expect(s2.scripts()).not.toContain("check-tunnel");
});
