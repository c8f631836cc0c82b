import type { Complaint } from "../../../providers/node/complaints";
import { changedConstants } from "../../../providers/node/constants";

const server = (extra?: Record<string, unknown>) => ({ role: "server" as const, name: "s1", extra });

test.each<[string, Record<string, unknown> | undefined, Record<string, unknown> | undefined, Complaint[]]>([
  ["nothing", { "cluster-cidr": "10.42.0.0/16", debug: true }, { "cluster-cidr": "10.42.0.0/16" }, []],
  [
    "a block of addresses",
    { "cluster-cidr": "10.64.0.0/16" },
    { "cluster-cidr": "10.42.0.0/16" },
    [
      {
        cause: 'cluster-cidr would become "10.64.0.0/16", and the cluster was made with "10.42.0.0/16"',
        next: "give network.clusterCidr back, or make a new cluster",
      },
    ],
  ],
  [
    "what was not given",
    { "secrets-encryption": true },
    undefined,
    [
      {
        cause: 'secrets-encryption would become true, and the cluster was made with "k3s\'s default"',
        next: "give config.secrets-encryption back, or make a new cluster",
      },
    ],
  ],
])("of a server that changes %s", (_case, now, before, complaints) => {
  expect(changedConstants(server(now), server(before))).toEqual(complaints);
});

test("an agent has none of these", () => {
  const agent = { role: "agent" as const, name: "a1" };
  expect(changedConstants({ ...agent, extra: { "cluster-dns": "1" } }, agent)).toEqual([]);
});
