/** How HAProxy's word for a failed check begins, and what to do about servers of which it says that. */
const remedies: [start: string, remedy: (servers: string) => string][] = [
  ["L4", (servers) => `see whether k3s runs on ${servers}, and open its port to this machine`],
  ["L6", (servers) => `see what listens on ${servers}: it has no certificate of this cluster's CA`],
  [
    "L7STS 401",
    (servers) => `open the health paths of ${servers} (docs/haproxy.md), or give healthCheck any-401`,
  ],
  ["L7STS 403", (servers) => `open the health paths of ${servers} (docs/haproxy.md)`],
  ["L7STS", (servers) => `see what keeps the API of ${servers} from being ready (journalctl -u k3s there)`],
  ["L7", (servers) => `see what keeps the API of ${servers} from answering (journalctl -u k3s there)`],
];

/** What to do about servers that are out, as haproxy-ready.sh lists them: "s1 L4CON, s2 L7STS 401". */
export function adviceOn(list: string): string | undefined {
  const out = list.split(", ").map((entry) => {
    const [name = "", ...check] = entry.split(" ");
    return { name, check: check.join(" ") };
  });
  const remedyOf = (check: string) => remedies.find(([start]) => check.startsWith(start))?.[1];
  const needed = new Set(out.flatMap(({ check }) => remedyOf(check) ?? []));
  const advice = [...needed].map((remedy) => {
    const servers = out.filter(({ check }) => remedyOf(check) === remedy).map(({ name }) => name);
    return remedy(servers.join(" and "));
  });
  return advice.join("; ") || undefined;
}
