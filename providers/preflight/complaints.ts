import { checklistOf } from "./findings/checklist";
import { levelOf, type Override } from "./overrides";
import type { Complaint, Level, Scene } from "./scene";

/** A finding on one machine. */
export interface Found extends Complaint {
  machine: string;
  name: string;
  level: Level;
}

/** Everything that is wrong with the machines that were looked at. */
export function complaints(scene: Scene, findings: Record<string, Override>): Found[] {
  return scene.machines.flatMap((machine) =>
    Object.entries(checklistOf(machine.role)).flatMap(([name, { find }]) => {
      const level = levelOf(name, findings);
      const complaint = level === "ignore" ? undefined : find(machine, scene);
      return complaint && level !== "ignore" ? [{ machine: machine.name, name, level, ...complaint }] : [];
    }),
  );
}
