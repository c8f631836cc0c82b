import { vipComplaints } from "../../balancer/keepalived";
import { checked } from "../../balancer/values";
import { StepError } from "../failure";
import type { KeepalivedInputs } from "./inputs";

/** All that is known to go wrong before anything is done. */
export function complaints(inputs: KeepalivedInputs): string[] {
  const { name, interface: device, machines } = inputs;
  const causes = [
    ...vipComplaints(inputs),
    ...(machines.some((machine) => machine.name === name)
      ? []
      : [`${name} is none of the machines that may have the address`]),
    ...interfaceComplaint(name, device),
  ];
  return causes.map(
    (cause) =>
      new StepError({
        machine: name,
        step: "checking what is asked for",
        cause,
        next: "correct it, then run this again; nothing was touched",
      }).message,
  );
}

function interfaceComplaint(name: string, device: string | undefined): string[] {
  try {
    if (device !== undefined) checked("interface", `the interface of ${name}`, device);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
