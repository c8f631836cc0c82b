import { type NodeConfig, taintsOf } from "../../k3s/config";
import { unitName } from "../../k3s/unit";
import { RemoteError } from "../../remote/errors";
import type { Machine } from "../../remote/machine";
import { script } from "../../remote/script";
import { connect, type Member } from "../connection";
import { advised, StepError } from "../failure";
import { notYet } from "../wait";
import type { Tell } from "../wire";
import { type NodeObject, observe } from "./observe";
import { type KeptTaint, parsedTaint, taintText } from "./taints";

interface Wanted {
  config: NodeConfig;
  /** A server, which may change any node; without it the node itself, which may not change its taints. */
  api?: Member;
}

interface Before {
  config: NodeConfig;
  node?: string;
}

const step = "changing its labels and taints";
const silent = `see what keeps the API from answering (journalctl -u ${unitName("server")} on its servers), then run this again`;

/** How often an object that others keep changing is read again. */
const attempts = 5;

/** Brings a node's object to what is declared, and leaves alone what never was. */
export async function setObject(machine: Machine, wanted: Wanted, old: Before, tell: Tell): Promise<void> {
  tell(step);
  for (let attempt = 1; ; attempt++) {
    try {
      return await change(machine, wanted, old);
    } catch (error) {
      const outdated = error instanceof RemoteError && error.answer?.code === notYet;
      if (outdated && attempt < attempts) continue;
      throw advised(step, error, {
        69: silent,
        75: "find out who keeps changing the node (kubectl get node -o yaml --show-managed-fields), then run this again",
        77: "an agent may not change all of its own node: join it to a K3sServer of the program, or change it with kubectl",
      });
    }
  }
}

async function change(machine: Machine, { config, api }: Wanted, old: Before): Promise<void> {
  const { object } = await observe(machine, config);
  if (!object)
    throw new StepError({
      machine: machine.name,
      step,
      cause: "the API does not say what they are",
      next: silent,
    });
  const patch = patchOf(object, config, old);
  if (!patch) return;
  const [via, role] = api ? [connect(api.name, api.connection), "server"] : [machine, config.role];
  const variables = { NODE: config.name, ROLE: role, PATCH: JSON.stringify(patch) };
  await via.run(script("set-node"), { variables, deadline: 30_000 });
}

/** The change that is missing, if any is. */
export function patchOf({ metadata, spec }: NodeObject, config: NodeConfig, old: Before): object | undefined {
  const { labels: its = {}, resourceVersion } = metadata;
  const wanted = config.labels ?? {};
  const before = Object.keys(old.config.labels ?? {});
  const gone = before.filter((key) => Object.hasOwn(its, key) && !Object.hasOwn(wanted, key));
  const changed = Object.entries(wanted).filter(([key, value]) => its[key] !== value);
  const labels = Object.fromEntries([...changed, ...gone.map((key) => [key, null])]);
  const taints = taintsFor(spec.taints ?? [], taintsOf(config), taintsOf(old.config));
  const meta = {
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    // All taints are replaced: one that somebody has set since would be lost.
    ...(taints && resourceVersion ? { resourceVersion } : {}),
  };
  const patched = {
    ...(Object.keys(meta).length > 0 ? { metadata: meta } : {}),
    ...specOf(taints, spec.unschedulable === true && (old.node ?? "").endsWith("cordoned")),
  };
  return Object.keys(patched).length > 0 ? patched : undefined;
}

function specOf(taints: KeptTaint[] | undefined, uncordon: boolean): object {
  if (!taints && !uncordon) return {};
  return { spec: { ...(taints ? { taints } : {}), ...(uncordon ? { unschedulable: null } : {}) } };
}

/** All taints of the node, where they have to change: those that were declared or seen before go with their declaration. */
function taintsFor(its: KeptTaint[], wanted: string[], before: string[]): KeptTaint[] | undefined {
  const known = its.map(taintText);
  const place = ({ key, effect }: KeptTaint) => `${key}:${effect}`;
  const places = wanted.map((text) => place(parsedTaint(text)));
  const kept = its.filter((taint) => {
    const text = taintText(taint);
    return wanted.includes(text) || !(before.includes(text) || places.includes(place(taint)));
  });
  const missing = [...new Set(wanted)].filter((text) => !known.includes(text));
  if (kept.length === its.length && missing.length === 0) return undefined;
  return [...kept, ...missing.map(parsedTaint)];
}
