import { type Results as Kept, rowIn } from "../measure/kept";
import type { AgentTrial } from "./agents";
import type { DisturbanceName } from "./disturbances";
import type { Setting } from "./field";
import type { Trial } from "./trial";

/** What came of one disturbance, as often as it was tried on one state of the product. */
export interface Row {
  setting: Setting;
  disturbance: DisturbanceName;
  commit: string;
  trials: (Trial | AgentTrial)[];
}

export type Results = Kept<Row>;

/** How often each is tried: an agent's trial takes two minutes, and with the guide's values a server is out after half a minute. */
export function planned(
  trials: number,
): { setting: Setting; disturbance: DisturbanceName; trials: number }[] {
  const some = Math.ceil(trials / 3);
  const few = Math.ceil(trials / 10);
  const moves = [
    "keepalived stopped",
    "keepalived killed",
    "HAProxy stopped",
    "HAProxy killed",
    "HAProxy hung",
  ] as const;
  const outs = ["k3s stopped", "k3s killed", "k3s hung", "partition", "etcd cut off"] as const;
  const ours = (disturbance: DisturbanceName, count: number) =>
    ({ setting: "ours", disturbance, trials: count }) as const;
  const guide = (disturbance: DisturbanceName, count: number) =>
    ({ setting: "guide", disturbance, trials: count }) as const;
  return [
    ...moves.map((one) => ours(one, trials)),
    ours("host death", trials),
    ...outs.map((one) => ours(one, trials)),
    ours("death of a server", Math.ceil((trials * 2) / 3)),
    ...moves.map((one) => guide(one, some)),
    ...(["host death", ...outs] as const).map((one) => guide(one, few)),
  ];
}

/** The row of a disturbance on a state of the product. */
export function rowOf(rows: Row[], setting: Setting, disturbance: DisturbanceName, commit: string): Row {
  const isOfKind = (row: Row) => row.setting === setting && row.disturbance === disturbance;
  return rowIn(rows, { setting, disturbance, commit, trials: [] }, isOfKind);
}
