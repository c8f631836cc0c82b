import type { Refusal, Wanted } from "./adoption";
import { overriding, type Running, startOf } from "./running";
import { unitName } from "./unit";

/** Whether there is one unit of k3s's own name that starts k3s itself, in the role that is declared. */
export function unfitUnit(running: Running, { config: { role } }: Wanted): Refusal[] {
  const { unit, units, file } = running;
  const other = units.filter((name) => name !== `${unit}.service`).join(", ");
  const byHand = "start it by a unit as k3s's own installer writes it";
  if (!unit || !file)
    return [
      {
        cause: `neither k3s.service nor k3s-agent.service starts it${other && `; there is ${other}`}`,
        next: byHand,
      },
    ];
  const { words } = startOf(running);
  const [binary = "", command = ""] = words;
  if (file.path.startsWith("/run/"))
    return [{ cause: `its unit is ${file.path}, which is gone after a reboot`, next: byHand }];
  if (!/(^|\/)k3s$/.test(binary) || !["server", "agent"].includes(command))
    return [
      { cause: `${file.path} starts ${binary || "nothing"}, and not k3s server or k3s agent`, next: byHand },
    ];
  if (command !== role)
    return [
      {
        cause: `it runs as ${command}, and is to be ${role}`,
        next: `list the machine among the ${command}s`,
      },
    ];
  if (unit !== unitName(role))
    return [
      { cause: `${unit}.service starts it as ${role}`, next: `have ${unitName(role)}.service do that` },
    ];
  return overriding(running).map((path) => ({
    cause: `${path} changes what its unit starts, and would go on doing so`,
    next: "move that into the unit or into /etc/rancher/k3s/config.yaml",
  }));
}
