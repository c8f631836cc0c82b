import { z } from "zod";

/** Parts of patterns, for what a host is and what may follow it; each is whole in itself, and has no anchors. */

const bare = ({ source }: RegExp) => source.slice(1, -1);

export const ipv4 = bare(z.regexes.ipv4);
export const ipv6 = bare(z.regexes.ipv6);
export const block = `(?:${bare(z.regexes.cidrv4)}|${bare(z.regexes.cidrv6)})`;

const label = "[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?";

/** A last label that is a number would be a mistyped IPv4 address. */
export const dnsName = `(?:${label}\\.)*(?!(?:\\d+|0[xX][0-9a-fA-F]*)(?:[:/,]|$))${label}`;

/** From 1 to 65535. */
const port = ":(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";

/** As in an address on the web, with a port if need be. */
export const hostAndPort = `(?:\\[${ipv6}\\]|${ipv4}|${dnsName})(?:${port})?`;
