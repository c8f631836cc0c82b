import { z } from "zod";
import { cidrOf } from "./cidr";
import { ip } from "./kinds";
import { shown } from "./shown";
import { oneOf, oneOrMore, text, whole } from "./text";

/** The addresses of pods and services, and how pods reach each other. */
export interface Network {
  /** One block, or one of each family. */
  clusterCidr: string[];
  serviceCidr: string[];
  clusterDns?: string[];
  flannelBackend: (typeof backends)[number];
  nodeCidrMaskSize?: number;
}

const backends = ["vxlan", "host-gw", "wireguard-native", "none"] as const;

const allowedCidr = "an address and a prefix length, such as 10.42.0.0/16 or fd00:42::/56";
const cidrPattern = new RegExp(
  `^(${z.regexes.cidrv4.source.slice(1, -1)}|${z.regexes.cidrv6.source.slice(1, -1)})$`,
);

const cidr = text({
  what: "a block of addresses",
  allowed: allowedCidr,
  pattern: cidrPattern,
  hint: cidrHint,
})
  .refine((block) => !cidrPattern.test(block) || cidrOf(block) !== undefined, {
    error: ({ input }) =>
      `${shown(input)} is an address within a block: write the block's first address before the "/"`,
  })
  .meta({ patternErrorMessage: allowedCidr });

export const defaultClusterCidr = "10.42.0.0/16";
export const defaultServiceCidr = "10.43.0.0/16";

const cidrs = oneOrMore(cidr, "a block of addresses");

export const network = z
  .strictObject({
    clusterCidr: cidrs
      .default(defaultClusterCidr)
      .describe("Addresses of pods; a list of an IPv4 and an IPv6 block, in either order, for both families"),
    serviceCidr: cidrs
      .default(defaultServiceCidr)
      .describe("Addresses of services; of the same families as clusterCidr, in the same order"),
    clusterDns: oneOrMore(ip, "an IP address")
      .optional()
      .describe(
        "Address of the cluster's DNS, inside serviceCidr. Default: the tenth address of serviceCidr",
      ),
    flannelBackend: oneOf("a backend of flannel", backends)
      .default("vxlan")
      .describe(
        "How pods of different nodes reach each other; none if you install a network plugin yourself",
      ),
    nodeCidrMaskSize: whole("a prefix length", 8, 124)
      .optional()
      .describe(
        "How large each node's share of an IPv4 clusterCidr is; of the IPv6 one where there is no other. Default: 24, for IPv6 64",
      ),
  })
  .meta({
    id: "network",
    description:
      "Addresses of pods and services. They overlap neither each other nor an address of a machine, and leave every node its share. Not to be changed once the cluster exists.",
  });

function cidrHint(value: string): string | undefined {
  if (/^[\d.]+$|^[\da-fA-F:]*:[\da-fA-F:]*$/.test(value)) return "its prefix length is missing, such as /16";
  return value.includes(",") ? "write two blocks as a list, [10.42.0.0/16, fd00:42::/56]" : undefined;
}
