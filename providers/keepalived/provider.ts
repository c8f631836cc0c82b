import { keepalived as paths } from "../../balancer/paths";
import { namesNode } from "../../k3s/owner";
import { script } from "../../remote/script";
import { ownerAdvice, packageAdvice } from "../advice";
import { connect } from "../connection";
import { advised } from "../failure";
import { isGone, removeFrom } from "../gone";
import { isMissing } from "../missing";
import type { Resource, Tell } from "../wire";
import { lookRound } from "./before";
import { complaints } from "./complaints";
import { cost } from "./cost";
import type { KeepalivedInputs, KeepalivedOutputs } from "./inputs";
import { brought, installed, known } from "./install";
import { observe, ownerFile, untouched } from "./observe";
import { holder, oneOwner } from "./owners";
import { lookAtPeers } from "./peers";
import { takingTurns } from "./turn";

/** There as long as it is, and as long as it is being removed. */
const marks = [ownerFile, "/etc/keepalived-k3s/.removing"] as const;

/** One machine's keepalived: its package, its files, its unit, and that one machine alone has the addresses. */
export const keepalived: Resource<KeepalivedInputs, KeepalivedOutputs> = {
  outputs: ["device"],
  createOnly: ["peers", "patience"],
  // A router id and addresses are looked for until they are ours, and who leaves is heard until then; the interface stays
  // what it was in what runs.
  pending: ["interface", "machines", "addresses", "routerId", "vrrp", "check"],
  check: (inputs) => ({ mistakes: complaints(inputs), learned: untouched }),
  cost,
  changes: ({ name, connection }) => ({ name, connection }),
  create: async (inputs, tell, begun) => {
    const id = `${inputs.cluster}/${inputs.name}`;
    const outputs = await made(id, inputs, tell, { begun: (device) => begun(id, { device }) });
    return { id, outputs };
  },
  update: (id, inputs, state, tell) => made(id, inputs, tell, { state }),
  isMissing: ({ name, connection }) => isMissing(connect(name, connection), ...marks),
  read: async (id, inputs, tell) => {
    tell("looking at keepalived");
    const machine = connect(inputs.name, inputs.connection);
    const seen = await observe(machine);
    const { owner, live, active } = seen;
    if (owner !== id && !active) return "gone";
    if (owner !== "" && owner !== id)
      return {
        ...live,
        files: namesNode(owner) ? `its keepalived belongs to ${owner}` : `${ownerFile} names nobody`,
      };
    return { ...live, holder: await holder(machine, inputs, seen) };
  },
  delete: async (id, { name, connection, peers, keepPackage }, tell) => {
    if (isGone(connection)) return;
    const step = "removing keepalived";
    tell(step);
    const machine = connect(name, connection);
    const others = peers.map((peer) => connect(peer.name, peer.connection));
    const left = `${paths.unit}.service, /etc/keepalived-k3s, the address, and the package keepalived where it was brought`;
    const variables = { OWNER: id, KEEP: keepPackage ? "yes" : "no" };
    const remove = () => machine.run(script("uninstall-keepalived"), { variables, deadline: 3 * 60_000 });
    await removeFrom({ machine, connection, others, left, tell }, remove).catch((error) => {
      throw advised(step, error, {
        ...packageAdvice("keepalived"),
        78: ownerAdvice(ownerFile, id),
      });
    });
  },
};

interface Before {
  /** What was there before, if anything. */
  state?: KeepalivedInputs;
  /** Told when the machine is going to be changed. */
  begun?(device: string): void;
}

/** Makes it what it is to be, whatever it was. */
async function made(
  id: string,
  inputs: KeepalivedInputs,
  tell: Tell,
  { state, begun }: Before,
): Promise<KeepalivedOutputs> {
  const machine = connect(inputs.name, inputs.connection);
  const looked = withLeaving(inputs, state);
  return takingTurns(inputs.cluster, async (turn) => {
    const [own, others] = await Promise.all([observe(machine), lookAtPeers(looked)]);
    const listen = !own.active || state?.routerId !== inputs.routerId;
    const device = await lookRound(machine, looked, { own, others, listen }, tell);
    begun?.(device);
    await brought(id, machine, tell);
    const change = async () => {
      await installed(id, machine, inputs, { device, leaving: leftAddresses(inputs, state) }, tell);
      await oneOwner(machine, looked, others, tell);
      return { device };
    };
    if (!own.active) {
      turn.pass();
      await known(inputs, others, tell);
      return change();
    }
    tell("waiting for its turn");
    return turn.take(own.holds.length > 0, change);
  });
}

/** The addresses of machines that were among them, and are not any more. */
function leftAddresses({ machines }: KeepalivedInputs, state?: KeepalivedInputs): string[] {
  const stays = machines.map(({ address }) => address);
  return (state?.machines ?? []).map(({ address }) => address).filter((address) => !stays.includes(address));
}

/** Those that are to go have not gone yet: one of them may have the addresses. */
function withLeaving(inputs: KeepalivedInputs, state?: KeepalivedInputs): KeepalivedInputs {
  const names = inputs.machines.map(({ name }) => name);
  const left = <T extends { name: string }>(all: readonly T[] = []) =>
    all.filter(({ name }) => !names.includes(name));
  return {
    ...inputs,
    machines: [...inputs.machines, ...left(state?.machines)],
    peers: [...inputs.peers, ...left(state?.peers)],
  };
}
