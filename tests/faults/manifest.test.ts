import { stringify } from "yaml";
import { minutes } from "../e2e/labs";
import { newClusterStack } from "../e2e/stack";
import { type Field, version, type Written } from "./field";
import * as manifests from "./scenarios/manifest";

jest.setTimeout(minutes(5));

let field: Field;

beforeAll(async () => {
  const manifest: Written = { name: "dev", version, servers: [{ name: "s1", host: "127.0.0.99" }] };
  field = { manifest, stack: await newClusterStack(stringify(manifest)) };
});

afterAll(() => field?.stack.remove());

test("F01 no server is refused, and an even number of them warned of with the odd numbers beside it", async () => {
  await manifests.noServers(field);
  await manifests.evenServers(field);
});

test("F07 blocks of addresses that overlap, or are too small for the nodes, are refused", () =>
  manifests.addresses(field));

test("F09 whatever is not an exact version is refused", () =>
  manifests.versions(field, ["latest", "stable", "v1.33", "v1.33.3", "1.33.3+k3s1"]));
