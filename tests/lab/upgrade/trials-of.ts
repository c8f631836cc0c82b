import type { Asked } from "../../../lab/upgrade/asked";
import type { GrowthTrial, Part, Row, UpgradeTrial } from "../../../lab/upgrade/rows";

export const asked = (more: Partial<Asked> = {}): Asked => ({
  ...{ sent: 1_000, failed: 0, late: 0, refused: {}, gap: 400, unsent: 120 },
  ...more,
});

/** As good as was asked. */
export const upgraded = (more: Partial<UpgradeTrial> = {}): UpgradeTrial => ({
  ...{ date: "2026-01-01T00:00:00.000Z", load: 1.5, took: 90_000, leader: "s1", phases: [] },
  ...{ reads: asked(), remembered: asked(), writes: asked(), web: asked(), connections: asked() },
  ...more,
});

export const grown = (more: Partial<GrowthTrial> = {}): GrowthTrial => ({
  ...{ date: "2026-01-01T00:00:00.000Z", load: 0.5, took: 15_000, ready: 12_000, restarted: [], phases: [] },
  ...more,
});

export const row = (part: Part, trials: Row["trials"]): Row => ({ part, commit: "c", trials });
