import { setTimeout as pause } from "node:timers/promises";
import { keepalivedFile } from "../../balancer/keepalived";
import { keepalivedUnit } from "../../balancer/units";
import { leaveFile } from "../../balancer/virtual-addresses";
import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { redact } from "../../remote/redact";
import { script } from "../../remote/script";
import { ownerAdvice, packageAdvice } from "../advice";
import { advised, StepError } from "../failure";
import { minutes } from "../minutes";
import type { Tell } from "../wire";
import type { KeepalivedInputs } from "./inputs";
import { ownerFile } from "./observe";
import { lookAtPeers, type Seen } from "./peers";

const others =
  "remove that keepalived by the stack that made it, or take this machine out of those that may have the address";

/** Sees to it that there is a keepalived. */
export async function brought(owner: string, machine: Machine, tell: Tell): Promise<void> {
  const step = "installing keepalived";
  tell(step);
  const variables = { OWNER: owner, PATIENCE: "120" };
  await machine.run(script("bring-keepalived"), { variables, deadline: minutes(12) }).catch((error) => {
    throw advised(step, error, {
      ...packageAdvice("keepalived"),
      73: others,
      78: ownerAdvice(ownerFile, owner),
    });
  });
}

/** Writes its files and has it run with them. */
export async function installed(
  owner: string,
  machine: Machine,
  inputs: KeepalivedInputs,
  { device, leaving }: { device: string; leaving: readonly string[] },
  tell: Tell,
): Promise<void> {
  const step = "writing its files and starting it";
  tell(step);
  const { name, addresses } = inputs;
  const secrets = secretsOf(inputs);
  const variables = {
    OWNER: owner,
    CONFIG: keepalivedFile(inputs, { name, device, leaving }),
    UNIT_TEXT: keepalivedUnit(),
    LEAVE: leaveFile(addresses, device),
  };
  const options = { variables, secrets, deadline: minutes(1) };
  await machine.run(script("install-keepalived"), options).catch((error) => {
    throw (
      notTaken(step, error, secrets) ??
      advised(step, error, {
        5: "see that HAProxy is there (haproxy-k3s.service), then run this again",
        73: others,
        78: ownerAdvice(ownerFile, owner),
      })
    );
  });
}

/** What no message may show. */
export function secretsOf({ vrrp }: KeepalivedInputs): string[] {
  return vrrp.version === 2 ? [vrrp.password] : [];
}

/** Keepalived's own words for a configuration that it does not take as it is written. */
function notTaken(step: string, error: unknown, secrets: readonly string[]): StepError | undefined {
  if (!(error instanceof RemoteError) || error.answer?.code !== 65) return undefined;
  const [said = "", ...words] = redact(error.answer.stderr, secrets)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return new StepError({
    machine: error.machine,
    step,
    cause: `keepalived does not take the new configuration as it is written (${said}); what runs there goes on as it was`,
    journal: words.slice(0, 8),
    next: "install a keepalived there that takes it (2.2 is known to), then run this again",
  });
}

/**
 * Who starts among machines that do not send to it yet would hear nobody, and take the address beside them. They are
 * being changed, too: so that is waited for.
 */
export async function known(inputs: KeepalivedInputs, others: Seen[], tell: Tell): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const silent = (await lookAtPeers(inputs, others)).filter(({ seen }) => seen?.active && !seen.knows);
    if (silent.length === 0) return;
    const names = silent.map(({ name }) => name).join(" and ");
    const step = `waiting until ${names} ${silent.length > 1 ? "know" : "knows"} it`;
    tell(step);
    if (Date.now() > end)
      throw new StepError({
        machine: inputs.name,
        step,
        cause: "nothing came of it within a minute",
        next: "run this again: they are to be changed first",
      });
    await pause(500);
  }
}
