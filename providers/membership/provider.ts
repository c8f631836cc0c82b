import { removalComplaint } from "../../k3s/quorum";
import type { Resource } from "../wire";

export interface MembershipInputs {
  servers: string[];
  /** Whether the cluster's state is in a database of the user's, so that servers have no vote; they have by default. */
  external?: boolean;
  /** Who is refused by the look at the machines never was a member. */
  preflight?: string;
}

export type MembershipOutputs = Record<string, never>;

/** Who is a server: refuses, in a preview already, a change that would cost the quorum. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  createOnly: ["external", "preflight"],
  check: ({ servers, external = false }, old) => {
    if (servers.length === 0)
      return { mistakes: ["a cluster needs at least one server; 3 or 5 keep it alive when one fails"] };
    const complaint = external ? undefined : removalComplaint(old?.servers ?? [], servers);
    return { mistakes: complaint ? [complaint] : [] };
  },
  create: async () => ({ id: "membership", outputs: {} }),
  update: async () => ({}),
};
