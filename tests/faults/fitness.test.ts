import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField } from "./field";
import * as fitness from "./scenarios/fitness";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("fitness");
});

afterAll(() => fieldDown("fitness", field));

test("F12 machines that k3s does not run on are refused, all in one report", () =>
  fitness.unsupported(field));

test("F13 machines that are too small are refused, unless the manifest asks for less", () =>
  fitness.small(field));

test("F19 clocks that differ are refused, each with its difference", () => fitness.clocks(field));
