import { z } from "zod";
import { statsPassword, statsUser } from "../balancer/quote";
import { checkLimits, checkTiming } from "../balancer/timing";
import { ipv4, ipv6 } from "./hosts";
import { shown } from "./shown";
import { oneOf, port, text, whole } from "./text";
import { duration, milliseconds } from "./units";

const address = text({
  what: "an address to listen on",
  allowed: "an IP address, * for every IPv4 address or :: for every address",
  pattern: new RegExp(`^(?:\\*|${ipv4}|${ipv6})$`),
});

const user = text({ what: "a user", allowed: statsUser.meant, pattern: statsUser.pattern });

const password = text({
  what: "a password",
  allowed: statsPassword.meant,
  pattern: statsPassword.pattern,
  secret: true,
});

const metricsAt = z
  .strictObject({
    address: address.default("*").describe("Where it listens"),
    port: port.describe("Where it listens"),
  })
  .meta({ id: "metrics", description: "Where Prometheus finds /metrics; it is asked for no password." });

const metrics = z.union([oneOf("a place for the metrics", ["beside", "closed"]), metricsAt], {
  error: ({ input }) =>
    `${shown(input)} is not a place for the metrics: beside, closed, or a map with a port and an address`,
});

const stats = z
  .strictObject({
    address: address.default("*").describe("Where the page listens"),
    port: port.default(1936).describe("Where the page listens"),
    user: user.default("admin").describe("Who may see the page"),
    password: password.optional().describe("Secret. The password of user. Default: made once and kept"),
    metrics: metrics
      .default("beside")
      .describe(
        "Where Prometheus finds /metrics, for which no password is asked: beside the page, at a place of its own, or closed",
      ),
  })
  .meta({ id: "stats", description: "The statistics page of every HAProxy." });

const time = (default_: number) =>
  duration
    .refine((value) => within(milliseconds(value)), {
      error: ({ input }) =>
        `${shown(input)} is too short or too long: allowed are ${checkLimits.milliseconds.least} ms to ${checkLimits.milliseconds.most / 60_000} minutes`,
    })
    .meta({ patternErrorMessage: "a duration from 50 ms to 10 minutes" })
    .default(`${default_} ms`);

const times = (default_: number) =>
  whole("a number of checks", checkLimits.times.least, checkLimits.times.most).default(default_);

function within(value: number): boolean {
  const { least, most } = checkLimits.milliseconds;
  // What is no duration at all is told so.
  return Number.isNaN(value) || (value >= least && value <= most);
}

const timing = z
  .strictObject({
    inter: time(checkTiming.interval).describe("Between two checks of a server"),
    fastinter: time(checkTiming.fastInterval).describe("Between the checks that confirm a change"),
    downinter: time(checkTiming.downInterval).describe("Between the checks of a server that is out"),
    connect: time(checkTiming.connect).describe(
      "timeout connect: until a server that does not take a connection is given up, TLS included",
    ),
    check: time(checkTiming.answer).describe("timeout check: how long the answer may take after that"),
    fall: times(checkTiming.fall).describe("How many checks that fail take a server out"),
    rise: times(checkTiming.rise).describe("How many that succeed take it in again"),
  })
  .meta({
    id: "timing",
    description:
      "How HAProxy asks servers whether they are ready, under HAProxy's own names; docs/haproxy.md has what the defaults give and cost.",
  });

export const haproxySettings = z
  .strictObject({
    port: port.default(16443).describe("Where it answers on each machine, at 127.0.0.1"),
    healthCheck: oneOf("a way to ask a server", ["anonymous-health", "anonymous-auth", "any-401"])
      .optional()
      .describe(
        "How a server says that it is ready: its API answers /readyz to strangers, by an AuthenticationConfiguration for " +
          "/livez, /readyz and /healthz alone or by anonymous-auth; or any-401, which changes nothing on servers and does not " +
          "see a lost quorum. Default: anonymous-health from v1.32 on, anonymous-auth before",
      ),
    stats: z
      .union([z.literal(false), stats], {
        error: ({ input }) => `${shown(input)} is neither false nor a map of keys and values`,
      })
      .prefault({})
      .describe("The statistics page; false for none. Default: as there"),
    timing: timing.prefault({}).describe("How often a server is asked, and when the answer is believed"),
    package: oneOf("what becomes of the package", ["remove", "keep"])
      .default("remove")
      .describe(
        "What becomes of the package of HAProxy, or keepalived, in the end where it was installed for this cluster",
      ),
    always: z
      .boolean()
      .default(false)
      .describe(
        "All of an agent's traffic to the API goes through its HAProxy (disable-apiserver-lb); otherwise only until it " +
          "has joined, and k3s's own balancer takes over",
      ),
  })
  .meta({
    id: "haproxy",
    description:
      "An HAProxy on every agent, in front of all servers; with a virtual address on every server, too.",
  });

export const haproxy = z.union([z.literal(false), haproxySettings], {
  error: ({ input }) => `${shown(input)} is neither false nor a map of keys and values`,
});

/** As it holds, with what the version of k3s decides. */
export type Haproxy = z.output<typeof haproxySettings> & {
  healthCheck: NonNullable<z.output<typeof haproxySettings>["healthCheck"]>;
};
