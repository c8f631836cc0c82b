import { phasesOf } from "../../../lab/upgrade/phases";

const urn = (type: string, name: string) =>
  `urn:pulumi:t::k3s-cluster::k3s:index:K3sCluster$pulumi-nodejs:dynamic/k3s:${type}::${name}`;
const at = (timestamp: number, event: object) => JSON.stringify({ timestamp, ...event });
const told = (timestamp: number, name: string, message: string) =>
  at(timestamp, { diagnosticEvent: { urn: urn("Node", name), message, ephemeral: true } });
const done = (timestamp: number, name: string) =>
  at(timestamp, { resOutputsEvent: { metadata: { urn: urn("Node", name), op: "update" } } });

const named = { cluster: "dev", roles: {} };

test("a step lasts until the next one of its resource, whatever others do meanwhile", () => {
  const log = [
    at(100, { preludeEvent: {} }),
    told(110, "s1", "draining"),
    told(112, "s2", "fetching"),
    told(115, "s1", "draining (5 s)"),
    told(120, "s1", "restarting"),
    done(131, "s1"),
    done(140, "s2"),
    "",
  ].join("\n");
  expect(phasesOf(log, named)).toEqual([
    { what: "Node s1: draining", from: 10, seconds: 10 },
    { what: "Node s2: fetching", from: 12, seconds: 28 },
    { what: "Node s1: restarting", from: 20, seconds: 11 },
  ]);
});

test("a step that comes again later is one of its own", () => {
  const log = [
    told(0, "s1", "waiting"),
    told(2, "s1", "restarting"),
    told(5, "s1", "waiting"),
    done(9, "s1"),
  ];
  expect(phasesOf(log.join("\n"), named).map(({ what, seconds }) => [what, seconds])).toEqual([
    ["Node s1: waiting", 2],
    ["Node s1: restarting", 3],
    ["Node s1: waiting", 4],
  ]);
});

test("what has no end has no length", () => {
  expect(phasesOf(told(0, "s1", "waiting"), named)).toEqual([]);
});
