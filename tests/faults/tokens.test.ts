import { stringify } from "yaml";
import { inRepository } from "../../lab/folders";
import { knownHosts, userKey } from "../../lab/machines/keys";
import { machine, minutes, onMachine } from "../e2e/labs";
import { newClusterStack, newStack, type Stack } from "../e2e/stack";
import { type Failing, fails } from "./fails";
import { entries, fieldDown, fieldUp, type LabField, restore, version, write } from "./field";
import { expectNotBegun } from "./traces";

jest.setTimeout(minutes(8));

let field: LabField;
let other: Stack;
let member: Stack;
let tokens: { token: string; agentToken: string };

/** s1 and x1 are a cluster each; x2 is to join one of them. */
beforeAll(async () => {
  field = await fieldUp("tokens");
  other = await newClusterStack(
    stringify({ ...field.manifest, name: "other", servers: entries(field, "x1") }),
  );
  await other.pulumi(["up", "--yes", "--skip-preview"]);
  tokens = JSON.parse(await field.stack.pulumi(["stack", "output", "--json", "--show-secrets"]));
  member = await newStack(inRepository("tests", "faults", "fixtures", "member"));
});

afterAll(async () => {
  other?.remove();
  member?.remove();
  await fieldDown("tokens", field);
});

test("F24 a wrong server token is refused before anything is started", async () => {
  const wrong = tokens.token.replace(/::server:.*/, "::server:not-this-one");
  await refusesToJoin("server", "s1", wrong, {
    cause: /refuses the token/,
    next: /the cluster was made with/,
  });
  const agents = tokens.agentToken.replace("::node:", "::server:");
  await refusesToJoin("server", "s1", agents, {
    cause: /refuses the token/,
    next: /the cluster was made with/,
  });
});

test("F25 a token with the hash of another CA is refused with both hashes", async () => {
  const hash = tokens.token.slice(3, 67);
  for (const [role, token] of Object.entries({ server: tokens.token, agent: tokens.agentToken })) {
    await refusesToJoin(role, "s1", token.replace(hash, "0".repeat(64)), {
      cause: new RegExp(`belongs to another cluster: its CA is ${hash}, not 0{64}`),
      next: /correct the address, or give the token/,
    });
  }
});

test("F26 a token without the CA's hash is not used to join: pinned where that is known, refused where not", async () => {
  const short = tokens.agentToken.replace(/^.*::node:/, "");
  await refusesToJoin("agent", "s1", short, { cause: /without|no hash|not pinned|names no CA/, next: /K10/ });
  write(field, { agents: entries(field, "x2") });
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(field.lab, "x2", "cut -c 1-3 /etc/rancher/k3s/token")).toBe("K10");
  await restore(field);
});

test("F28 the address of another cluster is refused by its CA, also behind an endpoint", async () => {
  const told = {
    cause: /belongs to another cluster: its CA is [0-9a-f]{64}, not [0-9a-f]{64}/,
    next: /address/,
  };
  await refusesToJoin("agent", "x1", tokens.agentToken, told);
  await refusesToJoin("server", "x1", tokens.token, told);
  await fails(field, {
    manifest: { agents: entries(field, "x2"), endpoint: { address: machine(field.lab, "x1").address } },
    told: [{ where: "x2", cause: told.cause, next: told.next }],
    within: 90,
    // s1 takes the endpoint's name into its certificate, and restarts for that.
    untouched: ["x1", "x3"],
  });
  await expectNotBegun(field.lab, "x2");
  await restore(field);
});

/** x2 asks s1 or x1 with this token. */
async function refusesToJoin(
  role: string,
  server: string,
  token: string,
  told: Omit<Failing["told"][number], "where">,
): Promise<void> {
  const { lab } = field;
  const args = {
    role,
    name: "x2",
    version,
    mirror: lab.mirror,
    connection: {
      host: machine(lab, "x2").address,
      identityFile: userKey(lab.name),
      knownHosts: knownHosts(lab.name),
    },
    server: { url: `https://${machine(lab, server).address}:6443`, token },
    ...(role === "server" ? { agentToken: tokens.agentToken.replace(/^.*::node:/, "") } : {}),
  };
  await member.pulumi(["config", "set", "--secret", "member"], { input: JSON.stringify(args) });
  await fails(
    { lab, stack: member, manifest: {} },
    {
      told: [{ where: "x2", ...told }],
      within: 60,
      untouched: ["s1", "x1", "x3"],
      unsaid: [token.replace(/^.*:/, "")],
    },
  );
  await expectNotBegun(field.lab, "x2");
}
