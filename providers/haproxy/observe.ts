import { haproxy } from "../../balancer/paths";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";

/** What can be seen of a balancer besides what it was given; each in words, which a preview shows when they differ. */
export interface Live {
  /** Of systemd. */
  unit: string;
  /** What of its files is not as it was written. */
  files: string;
  /** Whether there is an HAProxy to run. */
  package: string;
}

/** A balancer that nobody has touched. */
export const untouched: Live = {
  unit: "active, enabled",
  files: "as written",
  package: "installed",
};

/** Where a machine says whose HAProxy it has. */
export const ownerFile = "/etc/haproxy-k3s/owner";

/** There from the first to the last step of its removal. */
export const removingFile = "/etc/haproxy-k3s/.removing";

/** Looks at a machine's HAProxy; the owner is empty where there is none, and "-" where its file is. */
export async function observe(machine: Machine): Promise<{ owner: string; live: Live }> {
  const variables = { UNIT: haproxy.unit };
  const lines = (await machine.run(script("read-haproxy"), { variables, deadline: 20_000 })).split("\n");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  return {
    owner: all("owner")[0] ?? "",
    live: {
      unit: (all("unit")[0] ?? "").trim().replaceAll(" ", ", "),
      files: all("file").map(fileWords).join("; ") || untouched.files,
      package: all("package")[0] ?? untouched.package,
    },
  };
}

function fileWords(line: string): string {
  const [path = "", what = ""] = line.split(" ");
  return /^\d+:/.test(what) ? `${path} has mode and owner ${what}` : `${path} ${what}`;
}
