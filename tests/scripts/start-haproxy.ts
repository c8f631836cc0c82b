import { createHash } from "node:crypto";
import { type Answer, download, type StubMachine, stubMachine } from "./harness";

export const folder = "/etc/haproxy-k3s";
export const config = `${folder}/haproxy.cfg`;
export const ca = `${folder}/ca.pem`;
export const unit = "/etc/systemd/system/haproxy-k3s.service";

export const certificate = "-----BEGIN CERTIFICATE-----\nours\n";
export const sum = (text: string) => createHash("sha256").update(text).digest("hex");

export const variables = {
  OWNER: "prod/a1",
  UNIT: "haproxy-k3s",
  UNIT_TEXT: "[Service]\n",
  CONFIG: "global\n    stats auth 'admin:pw'\n",
  MARK: "5e",
  CA_HASH: sum(certificate),
  SERVERS: "https://10.0.0.11:6443 https://[fd00::12]:6443",
  TURN: "yes",
};

/** A machine with an HAProxy that takes every configuration, and whose unit is in the given state. */
export function machineWith(state = "inactive"): StubMachine {
  const machine = stubMachine();
  machine.write("/etc/haproxy/haproxy.cfg", "theirs\n");
  machine.write("/etc/systemd/system/other.service", "");
  machine.write("/run/haproxy-k3s/health.sock", "");
  haproxySays(machine, 0);
  curlSays(machine, { "10.0.0.11": certificate });
  unitIs(machine, state);
  return machine;
}

/** What -c says; its calls are recorded. */
export function haproxySays(machine: StubMachine, code: number, words = ""): void {
  const calls = machine.path("checked");
  const text = `#!/bin/sh\nprintf '%s\\n' "$*" >>${calls}\ncat "$3" >>${calls}\nprintf %s '${words}' >&2\nexit ${code}\n`;
  machine.write("/usr/sbin/haproxy", text, 0o755);
}

/** Servers by their address, and what runs by its mark. */
export function curlSays(
  machine: StubMachine,
  servers: Record<string, string | number>,
  mark: Answer = 7,
  rows = "",
): void {
  const answers = Object.entries(servers).map(([address, answer]): [string, Answer] => [
    `-fsSk * https://${address}:6443/cacerts`,
    typeof answer === "number" ? answer : download(answer),
  ]);
  machine.stub("curl", {
    ...Object.fromEntries(answers),
    "-fsSk *": 7,
    "-s --max-time 2 --unix-socket */run/haproxy-k3s/health.sock http://localhost/mark": mark,
    "-s --max-time 2 --unix-socket */run/haproxy-k3s/health.sock http://localhost/stats;csv": rows,
  });
}

export function unitIs(machine: StubMachine, state: string, reload = 0): void {
  machine.stub("systemctl", {
    "daemon-reload": 0,
    "enable --quiet haproxy-k3s": 0,
    "is-active haproxy-k3s": { shell: `echo ${state}; [ ${state} = active ]` },
    "reset-failed haproxy-k3s": 0,
    "start --no-block haproxy-k3s": 0,
    "restart --no-block haproxy-k3s": 0,
    "reload haproxy-k3s": reload,
  });
}

/** One that runs with these files. */
export function running(): StubMachine {
  const machine = machineWith();
  machine.run("start-haproxy", variables);
  curlSays(machine, { "10.0.0.11": certificate }, "5e");
  unitIs(machine, "active");
  machine.remove("checked");
  return machine;
}
