import { parse, stringify } from "yaml";
import { manifestFor } from "../../lab/machines/manifest";
import type { Lab } from "../../lab/machines/model";
import { kubectl } from "../../lab/machines/on-machine";
import { k3s } from "../../lab/tools/catalog";
import { labDown, labUp, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, type Stack } from "../e2e/stack";
import { type Described, edits, members, second } from "./preview/edits";
import { expectation, outcome, type Trial, tried } from "./preview/trial";

test(
  "T01 what a preview lists is what up does, for every kind of edit",
  async () => {
    const lab = await labUp("preview", { servers: 3, agents: 2, spare: 1, k3s: ["k3s-1.32", "k3s-1.33"] });
    let stack: Stack | undefined;
    try {
      await onMachine(lab, "a1", `ip address add ${second(lab)}/24 dev eth0`);
      let manifest = described(lab);
      stack = await newClusterStack(stringify(manifest));
      await stack.pulumi(["up", "--yes", "--skip-preview"]);
      const trials: Trial[] = [];
      for (const edit of edits) {
        const edited = edit.edit(manifest, lab);
        const trial = await tried(stack, lab, edit, [manifest, edited]);
        trials.push(trial);
        if (trial.foreseen.refused) continue;
        manifest = edited;
      }
      expect(trials.map(outcome)).toEqual(trials.map(expectation));
      expect(await nodes(lab, manifest)).toEqual(declared(manifest));
    } finally {
      stack?.remove();
      await labDown("preview");
    }
  },
  minutes(40),
);

function described(lab: Lab): Described {
  const manifest = parse(manifestFor(lab, k3s["k3s-1.32"].version)) as Described;
  return { ...manifest, name: "truth" };
}

/** The status and version of each node. */
async function nodes(lab: Lab, manifest: Described): Promise<Record<string, string>> {
  const rows = (await inCluster(lab, manifest, "get nodes --no-headers")).split("\n");
  return Object.fromEntries(
    rows.map((row) => {
      const [name = "", status, , , version] = row.split(/ +/);
      return [name, `${status} ${version}`];
    }),
  );
}

function declared(manifest: Described): Record<string, string> {
  return Object.fromEntries(members(manifest).map((name) => [name, `Ready ${manifest.version}`]));
}

function inCluster(lab: Lab, { servers }: Described, line: string): Promise<string> {
  return onMachine(lab, servers.at(-1)?.name ?? "", `${kubectl} ${line}`);
}
