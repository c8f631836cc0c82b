import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField } from "./field";
import * as network from "./scenarios/network";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("proxy", { spare: 1, running: false });
});

afterAll(() => fieldDown("proxy", field));

test("F66 names that do not resolve and a way that needs a proxy are told; with the proxy all goes through", async () => {
  await network.withoutNames(field);
  await network.behindProxy(field);
});
