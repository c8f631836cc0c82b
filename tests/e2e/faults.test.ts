import { fieldDown, fieldUp, type LabField, write } from "../faults/field";
import { truncated } from "../faults/mirror";
import * as artifacts from "../faults/scenarios/artifacts";
import * as identity from "../faults/scenarios/identity";
import * as manifests from "../faults/scenarios/manifest";
import * as network from "../faults/scenarios/network";
import * as ssh from "../faults/scenarios/ssh";
import { minutes } from "./labs";

jest.setTimeout(minutes(5));

let field: LabField;

// The common faults of tests/faults, without a cluster that runs.
beforeAll(async () => {
  field = await fieldUp("faults", { running: false });
});

afterAll(() => fieldDown("faults", field));

test("F01 a manifest without servers is refused", () => manifests.noServers(field));

test("F09 latest is refused", () => manifests.versions(field, ["latest"]));

test("F14 an unreachable host is refused in time with all others", () => ssh.unreachable(field));

test("F15 a wrong key or user is no failure of the network, and is tried once", () => ssh.wrongLogin(field));

test("F16 another host key is refused with both fingerprints", () => ssh.otherKey(field));

test("F18 sudo that asks, takes another password, or wants a terminal is refused", () => ssh.sudo(field));

test("F40 a machine that holds another k3s or Kubernetes is refused, and left as it is", () =>
  identity.occupied(field, identity.remainsOfK3s(field.lab)));

// From here on the look at the machines remembers s1 and x1.
test("F17 an unknown host key needs an explicit trust, which is kept and enforced", () =>
  ssh.firstUse(field, async (manifest) => {
    write(field, { ...manifest, version: "v1.33.99+k3s1" });
    const { code, stdout } = await field.stack.tryPulumi(["up", "--yes", "--skip-preview"]);
    expect([code === 0, stdout]).toEqual([false, expect.stringContaining("fetching k3s")]);
  }));

test("F34 a spoilt download is refused by its checksum", () => artifacts.spoilt(field, truncated));

test("F29 a port that another program has is refused with the program's name", () =>
  network.busyPorts(field));
