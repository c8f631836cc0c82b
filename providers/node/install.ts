import { configFile, type NodeConfig, readsAuthentication, registrationFile } from "../../k3s/config";
import { authenticationFile, publicRole } from "../../k3s/health";
import { ours } from "../../k3s/ours";
import { ownerFile } from "../../k3s/owner";
import { snapshotKeeper } from "../../k3s/snapshots";
import { unitFile, unitName } from "../../k3s/unit";
import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { ownerAdvice } from "../advice";
import { advised } from "../failure";
import { minutes } from "../minutes";
import { secretsOf } from "../secrets";
import type { Tell } from "../wire";
import { apiOf } from "./api";
import { forget } from "./forget";
import { lost } from "./observe";
import type { NodeInputs } from "./provider";

/** Writes a node's files and has it started; where it was made before, with what it was. Somebody else's may go on as it runs. */
export async function install(
  machine: Machine,
  id: string,
  inputs: NodeInputs,
  tell: Tell,
  old?: NodeInputs,
  adopt: "no" | "keep" | "restart" = "no",
): Promise<void> {
  const step = "writing its files and starting it";
  tell(step);
  const write = (made: boolean) => {
    const variables = {
      ...filesOf(inputs),
      OWNER: id,
      MADE: yes(made),
      REGISTER: yes(old && lost(old)),
      ADOPT: adopt,
      RENEW: yes(old && inputs.rotate?.certificates !== old.rotate?.certificates),
    };
    const secrets = [...secretsOf(inputs.token, inputs.agentToken ?? ""), ...opening(inputs)];
    return machine.run(script("install-node"), { variables, secrets, deadline: minutes(1) });
  };
  await write(old !== undefined)
    .catch(async (error) => {
      if (!isRemoved(error)) throw error;
      await leave(machine, id, inputs, tell);
      return write(false);
    })
    .catch((error) => {
      throw advised(step, error, {
        73: "remove that node by the stack that made it, or take this machine out of the manifest",
        77: "give that file another name, and this as authentication-config in apiserver.args, or remove it; then run this again",
        78: ownerAdvice(ownerFile, id, "take the machine out of the manifest"),
      });
    });
}

/** Gives the machine's id. */
export async function uninstall(machine: Machine, id: string, { role }: NodeConfig): Promise<string> {
  const variables = { OWNER: id, UNIT: unitName(role) };
  return (await machine.run(script("uninstall-node"), { variables, deadline: minutes(2) })).trim();
}

/** What besides tokens may open something. */
export function opening({ datastore, registries = "", environment = "" }: NodeInputs): string[] {
  return [datastore?.kind === "external" ? datastore.endpoint : "", registries, environment];
}

function filesOf(inputs: NodeInputs): Record<string, string> {
  const { config, version, token, agentToken = "", datastore, registries = "", environment = "" } = inputs;
  const join = inputs.join || config.join;
  return {
    VERSION: version,
    UNIT: unitName(config.role),
    UNIT_TEXT: unitFile(config.role),
    CONFIG: configFile({ ...config, join, datastore }),
    REGISTRATION: registrationFile(config),
    TOKEN: token,
    AGENT_TOKEN: agentToken,
    REGISTRIES: registries,
    ENVIRONMENT: environment,
    AUTHENTICATION: readsAuthentication(config) ? authenticationFile : "",
    PUBLIC_ROLE: config.healthCheck === "anonymous-auth" ? publicRole : "",
    OURS: ours,
    ...keeperFiles(inputs),
  };
}

function keeperFiles({ snapshotFolder }: NodeInputs): Record<string, string> {
  if (!snapshotFolder) return { KEEPER: "", KEEPER_SERVICE: "", KEEPER_PATH: "", SNAPSHOTS: "" };
  const { service, path, folder } = snapshotKeeper(snapshotFolder);
  const { text } = script("keep-snapshot-tokens");
  return { KEEPER: text, KEEPER_SERVICE: service, KEEPER_PATH: path, SNAPSHOTS: folder };
}

/** As a whole or in part. A server on half of its data would be another one. */
function isRemoved(error: unknown): boolean {
  return error instanceof RemoteError && error.answer?.code === 75;
}

/** Completes a removal that was cut off; the cluster would not let the node in again as long as it knows the old one. */
async function leave(machine: Machine, id: string, inputs: NodeInputs, tell: Tell): Promise<void> {
  const { config, elsewhere } = inputs;
  const machineId = await uninstall(machine, id, config);
  const api = await apiOf(inputs);
  if (api) await forget(config.name, api, tell, { machineId, elsewhere });
}

function yes(is: boolean | undefined): string {
  return is ? "yes" : "no";
}
