import * as pulumi from "@pulumi/pulumi";
import { joinTokens } from "../k3s/token";
import type { Join } from "../manifest/join";
import type { Mistake } from "../manifest/mistakes";

/** A cluster that was not made here, as a manifest names it; its tokens may be outputs. */
export interface ElsewhereArgs extends Pick<Join, "server" | "caHash"> {
  /** Needed: its server token, or its agent token where no server joins. */
  token: pulumi.Input<string> | undefined;
  /** Its agent token, where it has one of its own. */
  agentToken?: pulumi.Input<string>;
}

/** What nodes need to join it. */
export interface Elsewhere {
  url: string;
  /** For servers, in full. */
  token: pulumi.Output<string>;
  /** For agents, in full. */
  agentsToken: pulumi.Output<string>;
  /** The agents' password, which all servers of a cluster are to have. */
  agentToken: pulumi.Output<string>;
}

export function elsewhere({ server, token, agentToken, caHash }: ElsewhereArgs): Elsewhere {
  const tokens = pulumi
    .secret(pulumi.all([token ?? "", agentToken]))
    .apply(([token, agentToken]) => joinTokens({ token, agentToken, caHash }));
  return { url: server, token: tokens.server, agentsToken: tokens.agent, agentToken: tokens.password };
}

interface Tokens {
  token?: pulumi.Input<string>;
  agentToken?: pulumi.Input<string>;
  join?: ElsewhereArgs;
}

/** What a manifest's check does not see, since the stack's settings may have it, or it is not known yet. */
export function unseenMistakes({ join, ...own }: Tokens): Mistake[] {
  if (!join) return [];
  const missing = {
    path: "join.token",
    message:
      "missing: a token of that cluster; in the stack's settings: pulumi config set --secret joinToken …",
  };
  const unknown = (["token", "agentToken"] as const).filter((key) => pulumi.Output.isInstance(own[key]));
  return [
    ...(join.token === undefined ? [missing] : []),
    ...unknown.map((key) => ({
      path: key,
      message: `the cluster that is joined has its own: use join.${key}`,
    })),
  ];
}
