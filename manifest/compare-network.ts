import { addressOf, lengths } from "../balancer/subnets";
import { type Cidr, cidrOf, holds, overlap } from "./cidr";
import type { WrittenMachine } from "./every-machine";
import { defaultClusterCidr, defaultServiceCidr } from "./network";
import { type Found, valueAt, type Way } from "./place";
import { shown } from "./shown";

/** A block of addresses and where it was written. */
interface Block extends Cidr {
  way: Way;
  text: string;
  of: "clusterCidr" | "serviceCidr";
}

/** What is wrong between blocks of addresses, machines and their number. Blocks that are none are reported elsewhere. */
export function compareNetwork(
  manifest: unknown,
  machines: WrittenMachine[],
  balancers: WrittenMachine[],
): Found[] {
  const cluster = blocksOf(manifest, "clusterCidr", defaultClusterCidr);
  const service = blocksOf(manifest, "serviceCidr", defaultServiceCidr);
  if (!cluster || !service) return [];
  const families = wrongFamilies(cluster, service);
  if (families.length > 0) return families;
  return [
    ...overlapping([...cluster, ...service]),
    ...[...machines, ...balancers].flatMap((machine) => inside(machine, [...cluster, ...service])),
    ...cluster.flatMap((block) => shares(manifest, block, cluster, machines.length)),
    ...service.flatMap(serviceSize),
    ...dns(manifest, service),
    ...(cluster.length > 1 ? machines.flatMap(oneFamily) : []),
  ];
}

export function blocksOf(manifest: unknown, of: Block["of"], otherwise: string): Block[] | undefined {
  const way = ["network", of];
  const written = valueAt(manifest, way) ?? otherwise;
  const texts = [written].flat();
  const blocks = texts.flatMap((text, index): Block[] => {
    const block = typeof text === "string" ? cidrOf(text) : undefined;
    return block
      ? [{ ...block, of, text: String(text), way: Array.isArray(written) ? [...way, index] : way }]
      : [];
  });
  return blocks.length === texts.length ? blocks : undefined;
}

function wrongFamilies(cluster: Block[], service: Block[]): Found[] {
  const crowded = [
    { of: "clusterCidr", blocks: cluster },
    { of: "serviceCidr", blocks: service },
  ].filter(
    ({ blocks }) => blocks.length === 0 || blocks.length > 2 || blocks[0]?.family === blocks[1]?.family,
  );
  if (crowded.length > 0)
    return crowded.map(({ of }) => ({
      way: ["network", of],
      message: "one block, or one of IPv4 and one of IPv6: no more, no less",
    }));
  const said = (blocks: Block[]) => blocks.map(({ family }) => `IPv${family}`).join(", ");
  if (said(cluster) === said(service)) return [];
  const message = `${said(service)}, and clusterCidr is ${said(cluster)}: both need the same families in the same order`;
  return [{ way: ["network", "serviceCidr"], message }];
}

function overlapping(blocks: Block[]): Found[] {
  return blocks.flatMap((block, index): Found[] => {
    const other = blocks.slice(0, index).find((earlier) => overlap(earlier, block));
    if (!other) return [];
    return [
      {
        way: block.way,
        message: `${block.text} overlaps ${other.of} ${other.text}: addresses must be one or the other's`,
      },
    ];
  });
}

function inside({ way, host, nodeIp }: WrittenMachine, blocks: Block[]): Found[] {
  return Object.entries({ host, nodeIp }).flatMap(([field, text]): Found[] => {
    const address = text === undefined ? undefined : addressOf(text);
    const block = address && blocks.find((each) => holds(each, address));
    if (!block) return [];
    const message = `${shown(text)} is inside ${block.of} ${block.text}, so that nothing in the cluster would reach it: use other blocks in network`;
    return [{ way: [...way, field], message }];
  });
}

/** Each node gets a block of its own out of clusterCidr. */
function shares(manifest: unknown, block: Block, cluster: Block[], nodes: number): Found[] {
  const own = cluster[0] === block || block.family === 4;
  const applies = own && (cluster.length === 1 || block.family === 4);
  const written = applies ? valueAt(manifest, ["network", "nodeCidrMaskSize"]) : undefined;
  const mask = typeof written === "number" ? written : block.family === 4 ? 24 : 64;
  const way = typeof written === "number" ? ["network", "nodeCidrMaskSize"] : block.way;
  if (mask < block.prefix || mask > lengths[block.family] - 2)
    return [
      {
        way,
        message: `a node's share is a /${mask}, and ${block.text} has none: allowed is /${block.prefix} to /${lengths[block.family] - 2}`,
      },
    ];
  if (mask - block.prefix > 16)
    return [
      {
        way,
        message: `${block.text} has more than 65536 shares of /${mask}, which Kubernetes refuses: use /${mask - 16} or longer, or a smaller nodeCidrMaskSize`,
      },
    ];
  const room = 2 ** (mask - block.prefix);
  if (room >= nodes) return [];
  const needed = mask - Math.ceil(Math.log2(nodes));
  return [
    {
      way,
      message: `${block.text} has room for ${room} ${room === 1 ? "node" : "nodes"} of /${mask} each, and there are ${nodes}: use a /${needed} or larger, or a longer nodeCidrMaskSize`,
    },
  ];
}

function serviceSize({ way, text, family, prefix }: Block): Found[] {
  const [least, most] = family === 4 ? [12, 28] : [64, 124];
  if (prefix >= least && prefix <= most) return [];
  const why =
    prefix < least ? "larger than Kubernetes takes" : "without room for the cluster's DNS, the tenth address";
  return [{ way, message: `${text} is ${why}: allowed for services is /${least} to /${most}` }];
}

function dns(manifest: unknown, service: Block[]): Found[] {
  const way = ["network", "clusterDns"];
  const written = valueAt(manifest, way);
  if (Array.isArray(written) && written.length === 0)
    return [{ way, message: "an empty list: leave the key out to have the tenth address of serviceCidr" }];
  return [written].flat().flatMap((text, index): Found[] => {
    const address = typeof text === "string" ? addressOf(text) : undefined;
    if (!address) return [];
    const at = Array.isArray(written) ? [...way, index] : way;
    const block = service.find((each) => holds(each, address));
    const blocks = service.map((each) => each.text).join(" and ");
    if (!block) return [{ way: at, message: `${shown(text)} is not inside serviceCidr ${blocks}` }];
    const taken = address.number === block.first || address.number === block.first + 1n;
    return taken
      ? [{ way: at, message: `${shown(text)} is taken: the first address of ${block.text} is the API's` }]
      : [];
  });
}

function oneFamily({ way, nodeIp }: WrittenMachine): Found[] {
  if (nodeIp === undefined) return [];
  const message = `a node of both families needs an address of each: use config: { node-ip: "<IPv4>,<IPv6>" } instead`;
  return [{ way: [...way, "nodeIp"], message }];
}
