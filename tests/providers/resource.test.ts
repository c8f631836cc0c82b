import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { HostedResource } from "../../providers/resource";
import { rowUrn, typeOf } from "../../providers/row";
import { made, registered } from "../components/mocks";
import { type ProviderHost, providerHost, refusal } from "./provider-host";

class Hosted extends HostedResource {}
class Part extends pulumi.ComponentResource {}

/** What a program registers for a resource of this kind. */
async function registeredFor(kind: string, options: pulumi.CustomResourceOptions = {}) {
  const given = { version: "v1", config: { role: "agent", name: "s1" }, servers: [], members: [] };
  const resource = new Hosted(kind, "s1", given, options);
  await made(resource.urn);
  const urn = await new Promise<string>((resolve) => void resource.urn.apply(resolve));
  const inputs = registered.find(({ name }) => name === "s1")?.inputs ?? {};
  return { urn, inputs, urnFromRow: rowUrn(String(inputs.row), typeOf(kind)) };
}

/** A project of another's, which has this one as a package. */
const elsewhere = mkdtempSync(join(tmpdir(), "project-"));
const hosts: Record<string, ProviderHost> = {};

beforeAll(async () => {
  mkdirSync(join(elsewhere, "node_modules"));
  symlinkSync(join(__dirname, "../.."), join(elsewhere, "node_modules", "pulumi-k3s-cluster"));
  hosts["this project"] = await providerHost();
  hosts["a project that has it as a package"] = await providerHost(elsewhere);
});
afterAll(async () => {
  for (const host of Object.values(hosts)) await host.stop();
  rmSync(elsewhere, { recursive: true });
});

describe.each(["this project", "a project that has it as a package"])("in %s", (where) => {
  test.each(["Preflight", "Machine", "Membership", "Node", "ControlPlane"])(
    "what is registered for a %s finds its compiled handlers",
    async (kind) => {
      const { inputs } = await registeredFor(kind);
      const resource = hosts[where]?.resource(kind, inputs.__provider as string);
      expect(await resource?.diff(inputs, inputs)).toBe(false);
      // Another version is no change of the look at the machines.
      const changed = kind !== "Preflight";
      expect(await resource?.diff(inputs, { ...inputs, version: "v2" })).toBe(changed);
    },
  );

  test("a kind that is not there is refused by name", async () => {
    const { inputs } = await registeredFor("Novelty");
    const create = hosts[where]?.resource("Novelty", inputs.__provider as string).create(inputs);
    const { message } = await refusal(create ?? Promise.resolve());
    expect(message).toBe('There is no resource of the kind "Novelty" in this version of pulumi-k3s-cluster.');
  });
});

test("what is registered is the same text in every project, however its code changes", async () => {
  const { inputs } = await registeredFor("Node");
  expect(String(inputs.__provider).length).toBeLessThan(300);
  expect(inputs.__provider).not.toContain(__dirname);
});

test("the row that is registered gives the resource's URN, wherever it is in the tree", async () => {
  const alone = await registeredFor("Node");
  expect(alone.urnFromRow).toBe(alone.urn);
  registered.length = 0;
  const inner = new Part("my:index:Inner", "b", {}, { parent: new Part("my:index:Outer", "a") });
  const deep = await registeredFor("Node", { parent: inner });
  // Unlike the engine, the mocks leave out of a URN who is above the parent.
  expect(deep.urnFromRow).toBe(deep.urn.replace("my:index:Inner$", "my:index:Outer$my:index:Inner$"));
});
