import { quote } from "../../remote/quote";
import { attempt, type CommandResult } from "../command";
import { knownHosts, userKey } from "./keys";
import { bastionOf, type Lab, type LabMachine } from "./model";

/** The arguments of the system's own ssh for a machine of the lab: pinned keys, nothing of the user's. */
export function sshArguments(
  lab: Lab,
  machine: LabMachine,
  user: string,
  command: readonly string[],
): string[] {
  const bastion = bastionOf(lab);
  const jump =
    bastion && bastion.name !== machine.name ? ["-o", `ProxyCommand=${proxyCommand(lab, bastion)}`] : [];
  return [...options(lab), ...jump, `${user}@${machine.address}`, ...command];
}

/** What the system's own ssh needs for any machine of the lab, by the names of its configuration file. */
export function sshSettings(lab: Lab): Record<string, string> {
  return {
    IdentityFile: `"${userKey(lab.name)}"`,
    IdentitiesOnly: "yes",
    UserKnownHostsFile: `"${knownHosts(lab.name)}"`,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    BatchMode: "yes",
    LogLevel: "ERROR",
  };
}

/** Runs a command over SSH and gives all that came of it; 255 is ssh's own failure. */
export function overSsh(
  lab: Lab,
  machine: LabMachine,
  command: readonly string[],
  { user = "root", timeout = 15_000 } = {},
): Promise<CommandResult> {
  return attempt("ssh", sshArguments(lab, machine, user, command), { timeout });
}

function proxyCommand(lab: Lab, bastion: LabMachine): string {
  const quoted = options(lab).map(quote);
  return ["ssh", ...quoted, "-W", "%h:%p", `root@${bastion.address}`].join(" ");
}

function options(lab: Lab): string[] {
  const settings = { ...sshSettings(lab), ConnectTimeout: "5" };
  const pairs = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return ["-F", "/dev/null", ...pairs];
}
