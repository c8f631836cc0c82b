import { stringify } from "yaml";
import { knownHosts, userKey } from "./keys";
import { bastionOf, type Lab, type Role } from "./model";

/** A cluster.yaml for the machines of this lab, ready to use. */
export function manifestFor(lab: Lab, version: string): string {
  const bastion = bastionOf(lab);
  const nodes = (role: Role) =>
    lab.machines
      .filter((machine) => machine.role === role)
      .map(({ name, address }) => ({ name, host: address }));
  const login = { user: "root", identityFile: userKey(lab.name), knownHosts: knownHosts(lab.name) };
  return stringify({
    name: lab.name,
    version,
    ...(lab.mirror ? { artifacts: { mirror: lab.mirror, images: true } } : {}),
    ssh: {
      ...login,
      // What this computer's user has configured for other machines is not for these.
      configFile: false,
      ...(bastion ? { bastion: { host: bastion.address, ...login } } : {}),
    },
    servers: nodes("server"),
    agents: nodes("agent"),
    // All machines share one disk here.
    preflight: { "slow-disk": "ignore" },
    // Their images are not in the lab's archive.
    disable: ["coredns", "local-storage", "metrics-server", "servicelb", "traefik"],
  });
}
