import { registrationFile } from "../../k3s/config";
import { parseToken, pinnedToken } from "../../k3s/token";
import { unitName } from "../../k3s/unit";
import type { Machine } from "../../remote/machine";
import { secretsOf } from "../secrets";
import { waitFor } from "../wait";
import type { Tell } from "../wire";
import { apiOf } from "./api";
import { makingRoom } from "./forget";
import { opening } from "./install";
import { setObject } from "./object";
import { untouched } from "./observe";
import type { NodeInputs } from "./provider";

/** How often a unit may end by itself: one that joins may have to wait for the others, one that ran before has no reason to. */
export const restartsAllowed = { new: "3", known: "2" } as const;

export async function ready(
  machine: Machine,
  inputs: NodeInputs,
  tell: Tell,
  restarts: keyof typeof restartsAllowed = "new",
): Promise<void> {
  const { config, token, patience } = inputs;
  const { role, name } = config;
  await waitFor({
    ...{ machine, unit: unitName(role), script: "node-ready", patience, tell },
    variables: { ROLE: role, NODE: name, RESTARTS: restartsAllowed[restarts] },
    secrets: [...secretsOf(token), ...opening(inputs)],
    remedy: makingRoom(machine, inputs, tell),
  });
}

/** The CA is there half a second after the first start; with its hash the token can trust nobody else. */
export async function firstToken(
  machine: Machine,
  { token, patience }: NodeInputs,
  tell: Tell,
): Promise<string> {
  const { password } = parseToken(token);
  const caHash = await waitFor({
    machine,
    unit: unitName("server"),
    script: "supervisor",
    variables: { UNIT: unitName("server"), PASSWORD: password, SECONDS_LEFT: "20" },
    secrets: secretsOf(token),
    patience,
    tell,
  });
  return pinnedToken(caHash.trim(), "server", password);
}

/** The node's object, where it is to be another than it was, or somebody has changed it. */
export async function register(
  machine: Machine,
  inputs: NodeInputs,
  old: NodeInputs,
  tell: Tell,
): Promise<void> {
  const declared = ({ config, node = untouched.node }: NodeInputs) => [registrationFile(config), node].join();
  if (declared(inputs) === declared(old)) return;
  await setObject(machine, { config: inputs.config, api: await apiOf(inputs) }, old, tell);
}
