import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField } from "./field";
import * as fitness from "./scenarios/fitness";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("disk", { running: false, spare: 1 });
});

afterAll(() => fieldDown("disk", field));

test("F33 a server's disk that is too slow for its database is refused, and a slow one is told", () =>
  fitness.slowDisks(field));
