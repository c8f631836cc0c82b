import { removalComplaint } from "../../k3s/quorum";
import type { Resource } from "../wire";

export interface MembershipInputs {
  servers: string[];
}

export type MembershipOutputs = Record<string, never>;

/** Who is a server: refuses, in a preview already, a change that would cost the quorum. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  check: ({ servers }, old) => {
    if (servers.length === 0)
      return { mistakes: ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"] };
    const complaint = removalComplaint(old?.servers ?? [], servers);
    return { mistakes: complaint ? [complaint] : [] };
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async () => ({}),
};
