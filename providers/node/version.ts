import { upgradeComplaint } from "../../k3s/upgrade";
import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { StepError } from "../failure";
import type { Complaint } from "./complaints";

/** Which k3s a machine holds; its data may be of that version. Nothing where it holds none that says. */
export async function heldVersion(machine: Machine): Promise<string | undefined> {
  const text = await machine.run(script("read-version"), { deadline: 20_000 });
  return text.trim() || undefined;
}

interface Step {
  from: string;
  to: string;
}

/**
 * Why a node must not go to a version, by the one that its machine holds: what was asked for last may have begun there, or
 * not, when it failed or was cut off. Of a machine that cannot be asked the last version counts that is known.
 */
export async function versionComplaints(machine: Machine, { from, to }: Step): Promise<Complaint[]> {
  return [upgradeComplaint((await knownVersion(machine)) ?? from, to) ?? []].flat();
}

/** Also nothing where the machine cannot be asked. */
export async function knownVersion(machine: Machine): Promise<string | undefined> {
  return heldVersion(machine).catch((error) => {
    if (error instanceof RemoteError) return undefined;
    throw error;
  });
}

/** Fails where a machine holds a k3s that must not become the one that is asked for. */
export async function mayBecome(machine: Machine, { from, to }: Step): Promise<void> {
  const complaint = upgradeComplaint((await heldVersion(machine)) ?? from, to);
  if (complaint) throw new StepError({ machine: machine.name, step: checking, ...complaint });
}

/** The step that refuses what is asked for. */
export const checking = "checking what is asked for";
