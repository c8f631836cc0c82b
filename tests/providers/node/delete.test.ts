import { until } from "../../until";
import { rowFor } from "../fake-engine";
import { fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { agentInputs, agentPassword, password, pinned, serverInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const node = () => host().resource("Node");
const state = (inputs: Props): Props => ({ ...inputs, joinToken: pinned });

describe("delete", () => {
  test("of a server removes its unit, and only where it is the owner", async () => {
    const s1 = await machines.machine("s1", { "uninstall-node": {} });
    await node().delete("prod/s1", state(serverInputs(s1)));
    expect(s1.ran).toEqual([{ script: "uninstall-node", variables: { OWNER: "prod/s1", UNIT: "k3s" } }]);
  });

  test("of an agent removes the agent's unit", async () => {
    const a1 = await machines.machine("a1", { "uninstall-node": {} });
    await node().delete("prod/a1", state(agentInputs(a1)));
    expect(a1.variables("uninstall-node")).toEqual({ OWNER: "prod/a1", UNIT: "k3s-agent" });
  });

  test("of an agent has the cluster forget it, once it has left", async () => {
    const order: string[] = [];
    const did = (name: string) => () => {
      order.push(name);
      return {};
    };
    const s1 = await machines.machine("s1", { "forget-node": did("forgotten") });
    const a1 = await machines.machine("a1", { "uninstall-node": did("left") });
    const api = { name: "s1", connection: s1.connection };
    await node().delete("prod/a1", state(agentInputs(a1, { api })));
    expect(order).toEqual(["left", "forgotten"]);
    expect(s1.variables("forget-node")).toEqual({ NODE: "a1", MACHINE_ID: "", DEAD: "no" });
  });

  test("of an agent that the cluster does not forget is done all the same, and says what is left", async () => {
    const s1 = await machines.machine("s1", { "forget-node": { code: 69, stderr: "the API says 503\n" } });
    const a1 = await machines.machine("a1", { "uninstall-node": {} });
    const api = { name: "s1", connection: s1.connection };
    await node().delete("prod/a1", { ...state(agentInputs(a1, { api })), row: rowFor("forgotten") });
    await until("it is said", () => host().engine.said("forgotten").length > 1);
    expect(host().engine.said("forgotten")).toContain(
      "a1 has left its machine, and its object is still in the cluster (s1: the API says 503). " +
        "Remove it by kubectl delete node a1 before another node of this name comes.",
    );
  });

  test("where nobody can tell whose node it is says how to mend that", async () => {
    const stderr = "/etc/rancher/k3s/owner is there and names no node\n";
    const s1 = await machines.machine("s1", { "uninstall-node": { code: 78, stderr } });
    const { message } = await refusal(node().delete("prod/s1", state(serverInputs(s1))));
    expect(message).toMatch(
      /names no node\n {2}next: if it is prod\/s1, write that into it \(.*\); otherwise remove the file$/,
    );
  });

  test("that fails says where and at what", async () => {
    const s1 = await machines.machine("s1", { "uninstall-node": { code: 1, stderr: "rm: busy\n" } });
    const { message } = await refusal(node().delete("prod/s1", state(serverInputs(s1))));
    expect(message).toBe(
      's1: removing the node: "uninstall-node" failed with exit code 1: rm: busy\n' +
        "  next: correct the cause on s1, then run this again",
    );
    expect(message).not.toContain(password);
    expect(message).not.toContain(agentPassword);
  });
});
