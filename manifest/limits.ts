import { z } from "zod";
import { block, hostAndPort, ipv6 } from "./hosts";
import { shown } from "./shown";
import { oneOf, oneOrMore, text, whole } from "./text";
import { duration, size } from "./units";

const least = z
  .strictObject({
    cpus: whole("a number of CPUs", 1, 1024)
      .optional()
      .describe("How many CPUs it has at least. Default: what k3s asks for"),
    memory: size.optional().describe("How much memory it has at least. Default: what k3s asks for"),
    disk: size
      .optional()
      .describe("How much room there is at least where k3s keeps its data. Default: what k3s asks for"),
  })
  .meta({
    id: "least",
    description: "What a machine has at least.",
  });

export const minima = z
  .strictObject({
    server: least.default({}).describe("Of every server"),
    agent: least.default({}).describe("Of every agent"),
  })
  .meta({
    id: "minima",
    description: "What machines have at least; smaller ones are found before any is touched.",
  });

export const timeouts = z
  .strictObject({
    connect: duration
      .optional()
      .describe(
        "Until a machine that does not answer SSH is given up, for each hop on the way. Default: 10 seconds",
      ),
    ready: duration
      .optional()
      .describe("Until a node that does not become ready is given up. Default: 5 minutes"),
  })
  .meta({ id: "timeouts", description: "How long to wait before giving up." });

const finding = text({
  what: "the name of a finding",
  allowed: 'lower-case words with "-" between them, such as small-disk',
  pattern: /^(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
});

export const preflight = z.record(finding, oneOf("a way to take a finding", ["ignore", "warning", "error"]), {
  error: ({ input }) => (input === undefined ? undefined : `${shown(input)} is not a map of keys and values`),
});

/** What a shell or systemd would read as more than text has to be percent-encoded in an address anyway. */
const proxyAddress = text({
  what: "the address of a proxy",
  allowed:
    "http:// or https://, perhaps user:password@, a host and a port, such as http://proxy.example.com:3128",
  pattern: new RegExp(
    `^(?=.{1,2048}$)https?://(?:[-\\w.~%!*+,;=]+(?::[-\\w.~%!*+,;=]*)?@)?${hostAndPort}/?$`,
  ),
  secret: true,
});

const direct = text({
  what: "something to reach without the proxy",
  allowed: 'a host, a domain that begins with ".", an address or a block of addresses, such as 10.0.0.0/8',
  pattern: new RegExp(`^(?=.{1,255}$)(?:\\*|\\.?${hostAndPort}|${ipv6}|${block})$`),
  hint: (value) => (value.includes(",") ? "write several as a list" : undefined),
});

export const proxy = z
  .strictObject({
    http: proxyAddress.optional().describe("Secret, if it holds a password. For http:// addresses"),
    https: proxyAddress.optional().describe("Secret, if it holds a password. For https:// addresses"),
    noProxy: oneOrMore(direct, "something to reach without the proxy")
      .default([])
      .describe(
        "What is reached without it, besides the nodes; give the block that they are in, such as 10.0.0.0/24, or each " +
          "machine that comes or goes changes NO_PROXY on all nodes, which restarts k3s there",
      ),
  })
  .meta({ id: "proxy", description: "A proxy, for downloads on machines and for k3s itself." });
