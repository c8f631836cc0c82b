import { adviceOn } from "../../balancer/haproxy-reasons";
import { endpoint } from "../../balancer/haproxy-text";
import { haproxy } from "../../balancer/paths";
import { haproxyUnit } from "../../balancer/units";
import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { ownerAdvice, packageAdvice } from "../advice";
import { connect } from "../connection";
import { advised, StepError } from "../failure";
import { minutes } from "../minutes";
import { waitFor } from "../wait";
import type { Tell } from "../wire";
import { configuration } from "./configuration";
import { ownerFile } from "./observe";
import type { HaProxyInputs } from "./provider";

const others =
  "remove that HAProxy by the stack that made it, or take this machine out of what is balanced here";

/** Sees to it that there is an HAProxy. */
export async function brought(owner: string, inputs: HaProxyInputs, tell: Tell): Promise<void> {
  const step = "installing HAProxy";
  tell(step);
  const options = { variables: { OWNER: owner, PATIENCE: "120" }, deadline: minutes(12) };
  const machine = connect(inputs.machine, inputs.connection);
  const install = () => machine.run(script("install-haproxy"), options);
  const completed = async (error: unknown) => {
    if (!(error instanceof RemoteError) || error.answer?.code !== 71) throw error;
    await removed(machine, owner, inputs.keepPackage);
    return install();
  };
  await install()
    .catch(completed)
    .catch((error) => {
      throw advised(step, error, {
        ...packageAdvice("haproxy"),
        73: others,
        76: "install a newer HAProxy there, then run this again",
        78: ownerAdvice(ownerFile, owner),
      });
    });
}

/** Leaves the machine as it was before. */
export async function removed(machine: Machine, owner: string, keepPackage: boolean): Promise<void> {
  const variables = { OWNER: owner, UNIT: haproxy.unit, KEEP: keepPackage ? "yes" : "no" };
  await machine.run(script("uninstall-haproxy"), { variables, deadline: minutes(3) });
}

/** Writes its files and has it run with them; says whether it does, or is to restart and has to wait for its turn. */
export async function started(
  owner: string,
  inputs: HaProxyInputs,
  hasTurn: boolean,
  tell: Tell,
): Promise<boolean> {
  const { backends, caHash, statsPassword = "" } = inputs;
  const step = "writing its files and starting it";
  tell(step);
  const { text, mark } = configuration(inputs);
  const addresses = backends.map(({ name, address, port }) => `https://${endpoint(name, address, port)}`);
  const options = {
    variables: {
      OWNER: owner,
      UNIT: haproxy.unit,
      UNIT_TEXT: haproxyUnit(),
      CONFIG: text,
      MARK: mark,
      CA_HASH: caHash,
      SERVERS: addresses.join(" "),
      TURN: hasTurn ? "yes" : "no",
    },
    secrets: [statsPassword],
    deadline: minutes(1) + 5_000 * backends.length,
  };
  const machine = connect(inputs.machine, inputs.connection);
  const verb = await machine.run(script("start-haproxy"), options).catch((error) => {
    throw (
      notTaken(step, error) ??
      advised(step, error, {
        69: "check that a server of the cluster runs and that its port is open to this machine, then run this again",
        73: others,
        76: "correct the servers' addresses, or the CA that is given, then run this again",
        78: ownerAdvice(ownerFile, owner),
      })
    );
  });
  return verb.trim() !== "waits";
}

/** HAProxy's own words for a configuration that it does not take. */
function notTaken(step: string, error: unknown): StepError | undefined {
  if (!(error instanceof RemoteError) || error.answer?.code !== 65) return undefined;
  const lines = error.answer.stderr.split("\n").filter((line) => line.trim() !== "");
  const alerts = lines.filter((line) => line.startsWith("[ALERT]"));
  const words = (alerts.length > 0 ? alerts : lines).map((line) => line.replace(/^\[ALERT\][^:]*: */, ""));
  return new StepError({
    machine: error.machine,
    step,
    cause: "HAProxy does not take the new configuration; what runs there goes on as it was",
    journal: words.slice(0, 8),
    next: "install an HAProxy there that takes it (haproxy -vv tells what the one there was built with), then run this again",
  });
}

/** Waits until it runs with its files, and has a server to send connections to. */
export async function healthy(inputs: HaProxyInputs, tell: Tell): Promise<void> {
  const { machine, connection, patience, statsPassword = "" } = inputs;
  await waitFor({
    machine: connect(machine, connection),
    unit: haproxy.unit,
    script: "haproxy-ready",
    variables: { UNIT: haproxy.unit, MARK: configuration(inputs).mark },
    secrets: [statsPassword],
    patience,
    advice: (reason) => adviceOn(reason.replace(/^.*: /, "")),
    tell,
  });
}
