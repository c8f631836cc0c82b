import { z } from "zod";
import { hostAndPort } from "./hosts";
import { text } from "./text";
import { shortToken, tokenHint } from "./tokens";

const server = text({
  what: "the address of a cluster",
  allowed: "https://, a host and a port, such as https://10.0.0.1:6443",
  pattern: new RegExp(`^(?=.{1,512}$)(?=.*:\\d+/?$)https://${hostAndPort}/?$`),
  hint: (value) =>
    new RegExp(`^https://${hostAndPort}/?$`).test(value)
      ? `its port is missing; write ${value.replace(/\/$/, "").slice(0, 60)}:6443`
      : undefined,
  kept: (address) => address.replace(/\/$/, ""),
});

const full = "K10[0-9a-f]{64}::(?:server|node):[!-9;-~]{1,512}";

const token = text({
  what: "a token of that cluster",
  allowed: "the full form, K10<64 hex digits>::server:<password>, or its password alone, with caHash",
  pattern: new RegExp(`^(?:${shortToken}|${full})$`),
  hint: (value) => (value === "" ? "it is empty" : tokenHint(value)),
  secret: true,
});

const caHash = text({
  what: "the hash of a CA",
  allowed:
    "64 hexadecimal digits, as sha256sum prints them for /var/lib/rancher/k3s/server/tls/server-ca.crt there",
  pattern: /^[0-9a-f]{64}$/,
});

export const join = z
  .strictObject({
    server: server.describe("Where one of its servers answers, or a balancer of yours before them"),
    token: token
      .optional()
      .describe(
        "Secret. Its server token, as in /var/lib/rancher/k3s/server/token there; its agent token is enough without servers here. Default: `pulumi config set --secret joinToken …`",
      ),
    agentToken: token
      .optional()
      .describe(
        "Secret. What its agents join with, where it has an agent token of its own (/var/lib/rancher/k3s/server/agent-token). Default: `joinAgentToken` in the stack's settings, or token",
      ),
    caHash: caHash
      .optional()
      .describe("The SHA-256 of its CA, where token names none. Default: what token names"),
  })
  .meta({
    id: "join",
    description: "A cluster that was not made here, which all machines of this manifest join.",
  });

export type Join = z.output<typeof join>;
