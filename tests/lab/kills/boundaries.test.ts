import { boundariesOf, boundaryOf, roleOf } from "../../../lab/kills/boundaries";

const named = { cluster: "dev-1", roles: { s1: "server", s2: "server", a1: "agent" } };

const cluster = "urn:pulumi:t::k3s-cluster::k3s:index:K3sCluster";
const urn = (type: string, name: string) => `${cluster}$${type}::${name}`;
const kind = (name: string) => `pulumi-nodejs:dynamic/k3s:${name}`;

const told = (of: string, message: string, ephemeral = true) =>
  JSON.stringify({ diagnosticEvent: { urn: of, message, ephemeral } });
const done = (of: string, op = "create") =>
  JSON.stringify({ resOutputsEvent: { metadata: { urn: of, op } } });

test.each<[string, string, string | undefined]>([
  [
    "a step of a machine",
    told(urn(kind("Machine"), "s1"), "fetching k3s v1\n"),
    "Machine server: fetching k3s v1",
  ],
  [
    "a step of the whole cluster",
    told(urn(kind("Preflight"), "dev-1"), "looking at a1"),
    "Preflight: looking at agent",
  ],
  [
    "a step that goes on",
    told(urn(kind("Node"), "a1"), "waiting: node not Ready (15 s)"),
    "Node agent: waiting: node not Ready",
  ],
  [
    "a resource that is made",
    done(urn("random:index/randomPassword:RandomPassword", "dev-1-token")),
    "RandomPassword token: done",
  ],
  [
    "a step of several machines",
    told(urn(kind("ControlPlane"), "dev-1"), "s1 looking, s2 looking, a1 looking"),
    "ControlPlane: server looking, agent looking",
  ],
  ["a resource that is removed", done(urn(kind("Node"), "s1"), "delete"), "Node server: done"],
  ["a resource that stays", done(urn(kind("Node"), "s1"), "same"), undefined],
  ["a component", done(urn("k3s:index:K3sServer", "s1")), undefined],
  ["a plugin", done("urn:pulumi:t::k3s-cluster::pulumi:providers:random::default_4_21_2"), undefined],
  ["a message that stays", told(urn(kind("Node"), "s1"), "swap is on", false), undefined],
  ["a summary", JSON.stringify({ summaryEvent: {} }), undefined],
])("%s", (_what, line, boundary) => {
  expect(boundaryOf(line, named)).toBe(boundary);
});

test("a boundary that comes again is one", () => {
  const fetching = told(urn(kind("Machine"), "s1"), "fetching");
  expect(boundariesOf([fetching, done(urn(kind("Machine"), "s1")), fetching, ""].join("\n"), named)).toEqual([
    "Machine server: fetching",
    "Machine server: done",
  ]);
});

test("a boundary is about its machine, or the server", () => {
  const of = ["Node agent: done", "Machine server: done", "Preflight: looking at agent"];
  expect(of.map(roleOf)).toEqual(["agent", "server", "server"]);
});
