import { troubles } from "../../k3s/quorum";
import type { Member } from "../connection";
import { StepError } from "../failure";
import { heldBy, type Whose } from "../held";
import { membersOf } from "../members";
import { minutes } from "../minutes";
import { askUntil } from "../settled";
import { keepSnapshotTokens } from "../snapshot";
import type { Tell } from "../wire";
import { save } from "./prepare";
import type { MembershipInputs } from "./provider";
import { rotate } from "./rotate";
import { isTold } from "./turn";

/** Milliseconds that servers are given to come up with the tokens that they waited for. */
const longest = minutes(1);

/** With the tokens that servers go by from now on. */
export async function rotateAll(inputs: MembershipInputs, old: MembershipInputs, tell: Tell): Promise<void> {
  const { cluster, members, external } = inputs;
  const servers = members.filter(({ name }) => old.servers.includes(name));
  const held = await heldBy(servers, inputs);
  const known = external ? [] : await membersOf(members);
  const ill = known.filter(({ trouble }) => trouble).map(({ node }) => node);
  const has = (whose: Whose) =>
    servers.filter(({ name }) => held.some((its) => its.name === name && its.held === whose));
  // A run that was cut off has saved etcd, and told it; the others get what it has.
  if (isTold(held)) {
    const via = has("declared").find(({ name }) => !ill.includes(name));
    await rotate({ ...inputs, via, servers }, tell);
    if (ill.length > 0) await comeUp(members, tell);
    return;
  }
  // It alone knows what the cluster has, and can have it changed.
  const [knows] = has("other");
  if (knows && ill.includes(knows.name)) throw forgotten(knows);
  const from = knows ? [knows] : members;
  const saved = external
    ? undefined
    : await save("before-rotation", { cluster, members: from }, "etcd", tell);
  // After that was saved, which needs the old one alone.
  if (!external) await Promise.all(servers.map((server) => keepSnapshotTokens(server, inputs.token)));
  const via = knows ?? saved ?? servers[0];
  if (via) await rotate({ ...inputs, via, servers }, tell);
}

/** Each of them is restarted later, which it would not survive while it starts. */
async function comeUp(servers: readonly Member[], tell: Tell): Promise<void> {
  await askUntil(() => membersOf(servers), { reasons: troubles, patience: longest, tell });
}

function forgotten({ name }: Member): StepError {
  return new StepError({
    machine: name,
    step: "rotating the tokens",
    cause: "it alone was told the token that the cluster has, and its etcd is not well",
    next:
      `write what follows the last colon of /var/lib/rancher/k3s/server/token there into /etc/rancher/k3s/token, ` +
      `remove /var/lib/rancher/k3s/server/cred/passwd and start k3s there (systemctl start k3s), then run this again`,
  });
}
