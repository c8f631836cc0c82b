import { type FakeMachine, fakeMachines } from "../fake-machine";
import { sharedHost } from "../provider-host";
import type { changing } from "./inputs";

/** Keepalived as the engine has it, and machines for it, for all tests of the file that calls this. */
export function scene() {
  const machines = fakeMachines();
  const host = sharedHost();
  return {
    machines,
    host,
    keepalived: () => host().resource("Keepalived"),
    two: async (one: ReturnType<typeof changing>, other: ReturnType<typeof changing>) =>
      [await machines.machine("s1", one), await machines.machine("s2", other)] as [FakeMachine, FakeMachine],
  };
}

/** The scripts that change something. */
export const changes = ({ ran }: FakeMachine) =>
  ran.map(({ script }) => script).filter((script) => !/^(read|before)-/.test(script));
