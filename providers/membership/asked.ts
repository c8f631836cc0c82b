import { isOlder } from "../../k3s/upgrade";
import { connect } from "../connection";
import { knownVersion } from "../node/version";
import type { MembershipInputs } from "./provider";
import { isBack } from "./turn";

/** What is asked for that restarts servers, so that etcd has to be whole. */
export interface Asked {
  upgrades: boolean;
  turns: boolean;
}

/**
 * By what was asked for last. To go back to what was before may be to do nothing, where that has failed: it is judged by what
 * is in the state, and on the machines.
 */
export function askedSince(inputs: MembershipInputs, last: MembershipInputs): Asked {
  const { version, rotate } = inputs;
  return {
    upgrades: version !== last.version && !isOlder(version, last.version),
    turns: rotate !== last.rotate && !isBack(inputs, last),
  };
}

/** By what is in the state. */
export async function askedOf(inputs: MembershipInputs, old: MembershipInputs): Promise<Asked> {
  return { upgrades: await upgrades(inputs, old.version), turns: inputs.rotate !== old.rotate };
}

/**
 * Whether any machine is to have another version. An older one than in the state is no change of those that never came to that,
 * and those that did refuse it themselves; who cannot be asked is not changed either.
 */
export async function upgrades(
  { version, releases }: Pick<MembershipInputs, "version" | "releases">,
  from: string,
): Promise<boolean> {
  if (version === from || !isOlder(version, from)) return version !== from;
  const held = await Promise.all(
    releases.map(({ name, connection }) => knownVersion(connect(name, connection))),
  );
  return held.some((its) => its !== undefined && its !== version && !isOlder(version, its));
}
