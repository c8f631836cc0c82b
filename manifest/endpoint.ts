import { z } from "zod";
import { withoutPrefix } from "../balancer/subnets";
import { interfaceName } from "../balancer/values";
import { labelText, type VirtualAddress } from "../balancer/virtual-addresses";
import { vipCheck, vrrpPassword } from "../balancer/vrrp";
import { host } from "./kinds";
import { shown } from "./shown";
import { port, text, whole } from "./text";
import { duration } from "./units";

/** Where the API is reached: at a balancer of the user's, or at an address that moves between machines of ours. */
export type Endpoint = Balancer | VirtualEndpoint;

export interface Balancer {
  address: string;
  port: number;
}

export interface VirtualEndpoint {
  vip: VirtualAddress[];
  port: number;
  /** Default: the one that has the machine's address. */
  interface?: string;
  routerId?: number;
  vrrp: { version: 3; advertInterval: string } | { version: 2; password: string };
  check: { interval: string; timeout: string; fall: number; rise: number };
}

export function isVirtual(endpoint: Endpoint | undefined): endpoint is VirtualEndpoint {
  return endpoint !== undefined && "vip" in endpoint;
}

/** The addresses that the API is reached at, without the lengths of their prefixes. */
export function addressesOf(endpoint: Endpoint | undefined): string[] {
  if (!endpoint) return [];
  if (!isVirtual(endpoint)) return [endpoint.address];
  return endpoint.vip.map(({ address }) => withoutPrefix(address));
}

const allowedAddress =
  "an address that no machine has, with the prefix length of its network, such as 10.0.0.100/24";

const address = text({
  what: "a virtual address",
  allowed: allowedAddress,
  pattern: new RegExp(`^(${z.regexes.cidrv4.source.slice(1, -1)}|${z.regexes.cidrv6.source.slice(1, -1)})$`),
  hint: (value) =>
    /^[\d.]+$|^[\da-fA-F:]*:[\da-fA-F:]*$/.test(value)
      ? "the prefix length of its network is missing, such as /24"
      : undefined,
});

const device = text({
  what: "an interface",
  allowed: "as ip link shows it, such as eth0",
  pattern: interfaceName,
});

const label = text({
  what: "a label",
  allowed: 'letters, digits, "_", "." and "-", such as api; with its interface at most 14',
  pattern: labelText,
});

const virtualAddress = z
  .strictObject({
    address: address.describe("The address, with the prefix length of its network"),
    interface: device.optional().describe("Where it is added. Default: that of endpoint"),
    label: label.optional().describe("Marks it in what ip shows, if it is IPv4. Default: that of endpoint"),
  })
  .meta({
    id: "virtualAddress",
    description: "An address that one of the servers or balancers has, and one interface of its own.",
  });

const one = z.union([address, virtualAddress], {
  error: ({ input }) =>
    `${shown(input)} is not a virtual address: ${allowedAddress}, or a map of address, interface and label`,
});

const vrrp = z
  .strictObject({
    version: z
      .union([z.literal(3), z.literal(2)], {
        error: ({ input }) => `${shown(input)} is not a version of VRRP: allowed are 3, 2`,
      })
      .default(3)
      .describe("2 has one machine that takes the address back, whole seconds, and a password in the clear"),
    advertInterval: duration
      .optional()
      .describe("With version 3: how often the owner says that it is there. Default: 200 ms"),
    password: text({
      what: "a password of VRRP",
      allowed: vrrpPassword.meant,
      pattern: vrrpPassword.pattern,
      secret: true,
    })
      .optional()
      .describe("Secret. With version 2, and needed there: it keeps mistakes out, and nobody else"),
  })
  .meta({ id: "vrrp", description: "How the machines agree on who has the address." });

const time = (milliseconds: number) => duration.default(`${milliseconds} ms`);

const check = z
  .strictObject({
    interval: time(vipCheck.interval).describe("How often HAProxy is asked, in whole seconds"),
    timeout: time(vipCheck.timeout).describe("How long its answer may take"),
    fall: whole("a number of checks", 1, 10)
      .default(vipCheck.fall)
      .describe("How many that fail give the address away"),
    rise: whole("a number of checks", 1, 10)
      .default(vipCheck.rise)
      .describe("How many that succeed make a machine one that may have it again"),
  })
  .meta({ id: "vipCheck", description: "How keepalived asks the HAProxy of its machine." });

export const endpoint = z
  .strictObject({
    address: host.optional().describe("Where a balancer of yours answers. Default: none"),
    vip: z
      .union([one, z.array(one)], {
        error: ({ input }) =>
          `${shown(input)} is not a virtual address: ${allowedAddress}, or a list of them`,
      })
      .optional()
      .describe(
        "An address that moves to a machine that works, or several that move together. Default: none",
      ),
    port: port.optional().describe("Where it answers. Default: 6443; with vip 8443"),
    interface: device
      .optional()
      .describe("With vip: the interface on every machine. Default: the one that has the machine's address"),
    label: label.optional().describe("With vip: marks the IPv4 addresses in what ip shows. Default: none"),
    routerId: whole("a router id", 1, 255)
      .optional()
      .describe(
        "With vip: tells these machines from other routers in their network. Default: made of the cluster's name",
      ),
    vrrp: vrrp.optional().describe("With vip: how the machines agree. Default: version 3"),
    check: check.prefault({}).describe("With vip: how a machine finds out that its HAProxy does not work"),
  })
  .meta({
    id: "endpoint",
    description:
      "Where the API is reached, one of two: a balancer of yours in front of the servers, by address; or a virtual address of the servers' or, where there are some, the balancers', by vip, in front of the HAProxy of each.",
  });
