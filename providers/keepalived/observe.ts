import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";

/** What can be seen of keepalived on a machine besides what it was given; each in words, which a preview shows. */
export interface Live {
  /** Of systemd. */
  unit: string;
  /** What of its files is not as it was written. */
  files: string;
  /** Whether there is a keepalived to run. */
  package: string;
  /** Who has the address: one of them, or several that do not hear each other. */
  holder: string;
}

/** One that nobody has touched. */
export const untouched: Live = {
  unit: "active, enabled",
  files: "as written",
  package: "installed",
  holder: "one machine",
};

/** Where a machine says whose keepalived it has. */
export const ownerFile = "/etc/keepalived-k3s/owner";

/** What a machine's keepalived is, and does. */
export interface Observed {
  /** Empty where there is none, "-" where the file is empty. */
  owner: string;
  live: Omit<Live, "holder">;
  active: boolean;
  /** The addresses that it may have, and those that it has, with their prefixes. */
  serves: string[];
  holds: string[];
  /** Those of them that it has with another prefix, each with its interface. */
  left: string[];
  /** The same for those who hear each other. */
  group: string;
  /** Whether it sends to the machine that asks. */
  knows: boolean;
  /** What the machine's HAProxy says of itself. */
  haproxy: "ready" | "none" | "silent";
}

/** Looks at a machine, for another one with this address. */
export async function observe(machine: Machine, peer = ""): Promise<Observed> {
  const options = { variables: { PEER: peer }, deadline: 20_000 };
  const lines = (await machine.run(script("read-keepalived"), options)).split("\n");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const unit = (all("unit")[0] ?? "").trim().replace(" ", ", ");
  return {
    owner: all("owner")[0] ?? "",
    live: {
      unit,
      files: all("file").map(fileWords).join("; ") || untouched.files,
      package: all("package")[0] ?? untouched.package,
    },
    active: unit.startsWith("active"),
    serves: all("serves"),
    holds: all("holds"),
    left: all("left"),
    group: all("group")[0] ?? "",
    knows: all("knows").includes("yes"),
    haproxy: ({ 200: "ready", 503: "none" } as const)[all("haproxy")[0] ?? ""] ?? "silent",
  };
}

function fileWords(line: string): string {
  const [path = "", what = ""] = line.split(" ");
  return /^\d+:/.test(what) ? `${path} has mode and owner ${what}` : `${path} ${what}`;
}
