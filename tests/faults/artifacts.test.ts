import { minutes } from "../e2e/labs";
import { fieldDown, fieldUp, type LabField, restore } from "./field";
import { page, truncated } from "./mirror";
import * as artifacts from "./scenarios/artifacts";

jest.setTimeout(minutes(8));

let field: LabField;

beforeAll(async () => {
  field = await fieldUp("artifacts");
});

afterEach(() => restore(field));

afterAll(() => fieldDown("artifacts", field));

test("F32 a disk that is full beforehand is refused, and one that fills leaves no half binary", async () => {
  await artifacts.fullDisk(field);
  await artifacts.converges(field);
});

test("F34 a spoilt download is refused by its checksum, and what is there stays", async () => {
  await artifacts.spoilt(field, truncated);
  await artifacts.spoilt(field, page);
  await artifacts.pages(field);
  await artifacts.converges(field);
});

test("F35 a mirror that is gone or turns away is told in time, and a plain run goes on", async () => {
  await artifacts.unavailable(field);
  await artifacts.recovers(field);
});
