import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField, version } from "./field";
import * as identity from "./scenarios/identity";
import * as manifests from "./scenarios/manifest";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("identity");
});

afterAll(() => fieldDown("identity", field));

test("F02 one machine twice is refused, by what is written and by what answers", async () => {
  await manifests.sameHost(field);
  await identity.sameMachine(field);
});

test("F03 names that are one or differ only in case are refused, written ones and hostnames", async () => {
  await manifests.sameName(field);
  await identity.sameHostname(field);
});

test("F04 clones are refused, both by name", () => identity.clones(field));

test("F40 a machine that runs another k3s or Kubernetes is refused, and left as it is", () =>
  identity.occupied(
    field,
    identity.foreignK3s(field.lab, `${field.lab.mirror}/${encodeURIComponent(version)}`),
  ));
