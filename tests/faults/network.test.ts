import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField, restore } from "./field";
import * as network from "./scenarios/network";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("network");
});

afterAll(() => fieldDown("network", field));

test("F05 a virtual address in no network of the servers, of one of them, or of somebody else is refused", () =>
  network.virtualAddresses(field));

test("F29 a port that another program has is refused with the program's name, and forgotten", async () => {
  await network.busyPorts(field);
  await network.nothingRemembered(field);
});

test("F30 a firewall between machines is refused with the port, or found in time by whoever joins", async () => {
  await network.firewalls(field);
  await network.cutOffJoiner(field);
  await restore(field);
});
