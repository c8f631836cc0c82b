import { complaints } from "../../../../providers/preflight/complaints";
import type { Finding, Scene, Seen } from "../../../../providers/preflight/scene";
import { scene } from "../scene";

/** What the first machine is told of a finding, the whole text. */
export type Case = [name: string, machines: Seen[], text: string, more?: Partial<Scene>];

interface Cases {
  found: Case[];
  /** Machines that nothing at all is wrong with. */
  fine: [what: string, machines: Seen[], more?: Partial<Scene>][];
}

/** The tests of one file of findings. */
export function findingTests(findings: Record<string, Finding>, { found, fine }: Cases): void {
  // A test with fewer arguments than its function has would be given a callback.
  test.each(found.map(([name, machines, text, more = {}]) => [name, machines, text, more] as const))(
    "%s is found, and nothing else",
    (name, machines, text, more) => {
      const told = complaints(scene(machines, more), {}).filter(
        ({ machine }) => machine === machines[0]?.name,
      );
      expect(told.map((each) => [each.name, `${each.what}. ${each.remedy}`])).toEqual([[name, text]]);
    },
  );

  test.each(fine.map(([what, machines, more = {}]) => [what, machines, more] as const))(
    "nothing is wrong with %s",
    (_, machines, more) => {
      expect(complaints(scene(machines, more), {})).toEqual([]);
    },
  );

  test("every finding has a case in which it is found", () => {
    expect([...new Set(found.map(([name]) => name))].sort()).toEqual(Object.keys(findings).sort());
  });
}
