import { type StubMachine, stubMachine } from "./harness";

export const binary = "/usr/local/bin/k3s";
export const registration = "/etc/rancher/k3s/config.yaml.d/registration.yaml";
export const written = "/etc/rancher/k3s/.written";
export const variables = {
  OWNER: "dev/s1",
  VERSION: "v1.33.3+k3s1",
  UNIT: "k3s",
  UNIT_TEXT: "[Service]\nExecStart=/usr/local/bin/k3s server\n",
  CONFIG: "node-name: s1\n",
  REGISTRATION: "node-label:\n  - tier=web\n",
  REGISTER: "no",
  RENEW: "no",
  MADE: "no",
  ADOPT: "no",
  TOKEN: "t0ken",
  AGENT_TOKEN: "agent-t0ken",
  REGISTRIES: "",
  ENVIRONMENT: "",
  AUTHENTICATION: "",
  PUBLIC_ROLE: "",
  OURS: "# Ours.",
  KEEPER: "",
  KEEPER_SERVICE: "",
  KEEPER_PATH: "",
  SNAPSHOTS: "",
};

/** A machine with two staged versions, whose unit is in the given state. */
export function staged(state = "inactive"): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/systemd/system/other.service", "");
  machine.write("/usr/local/bin/other", "");
  machine.write("/usr/local/lib/k3s/v1.33.3+k3s1/k3s", "one", 0o755);
  machine.write("/usr/local/lib/k3s/v1.34.0+k3s1/k3s", "two", 0o755);
  unitIs(machine, state);
  return machine;
}

export function unitIs(machine: StubMachine, state: string, reload = 0): void {
  machine.stub("systemctl", {
    "daemon-reload": reload,
    "enable --quiet k3s": 0,
    "is-active k3s": { shell: `echo ${state}; [ ${state} = active ]` },
    "reset-failed k3s": 0,
    "start --no-block k3s": 0,
    "restart --no-block k3s": 0,
    "enable --quiet snapshot-tokens-k3s.path snapshot-tokens-k3s.service": 0,
    "restart snapshot-tokens-k3s.path": 0,
    "start --no-block snapshot-tokens-k3s.service": 0,
  });
}

export function installed(): StubMachine {
  const machine = staged();
  machine.run("install-node", variables);
  unitIs(machine, "active");
  return machine;
}
