import { type FakeMachine, fakeMachines } from "../fake-machine";
import { type Props, refusal, sharedHost } from "../provider-host";
import { caHash, password, pinned, sentConfig, serverInputs } from "./inputs";

const machines = fakeMachines();
const host = sharedHost();
const create = (inputs: Props) => host().resource("Node").create(inputs);

const nothing = { stdout: "" };
const holds = (owner: string, hash = caHash) => ({ stdout: `${hash} ${owner}\n` });
const answers = (found: { stdout: string }) => ({
  "find-cluster": found,
  "check-token": {},
  "read-member": {},
  "install-node": { stdout: "started\n" },
  supervisor: { stdout: `${caHash}\n` },
});

/** The first server and two others, with what is on each. */
async function servers(found: { stdout: string }[]): Promise<[FakeMachine, FakeMachine, FakeMachine]> {
  const [one = nothing, two = nothing, three = nothing] = found;
  return [
    await machines.machine("s1", answers(one)),
    await machines.machine("s2", answers(two)),
    await machines.machine("s3", answers(three)),
  ];
}

test("where no server has a cluster, the first begins one, and gives the token that trusts no other", async () => {
  const [s1, s2, s3] = await servers([nothing, nothing, nothing]);
  const { id, outs } = await create(serverInputs(s1, { peers: [s2, s3] }));
  expect(id).toBe("prod/s1");
  expect(outs.joinToken).toBe(pinned);
  expect(s1.scripts()).toEqual(["find-cluster", "install-node", "supervisor"]);
  expect(s1.variables("install-node")).toMatchObject({ OWNER: "prod/s1", UNIT: "k3s", TOKEN: password });
  expect(sentConfig(s1)).toMatchObject({ "cluster-init": true });
  expect(sentConfig(s1)).not.toHaveProperty("server");
  expect([s2.scripts(), s3.scripts()]).toEqual([["find-cluster"], ["find-cluster"]]);
});

test("where another server has the cluster, the first joins that one, with the token pinned to its CA", async () => {
  const [s1, s2, s3] = await servers([nothing, nothing, holds("prod/s3")]);
  const { outs } = await create(serverInputs(s1, { peers: [s2, s3] }));
  expect(outs.joinToken).toBe(pinned);
  expect(s1.scripts()).toEqual(["find-cluster", "check-token", "install-node"]);
  expect(s1.variables("check-token")).toMatchObject({ SERVER: "https://127.0.0.1:6443", CA_HASH: caHash });
  expect(s1.variables("install-node").TOKEN).toBe(pinned);
  expect(sentConfig(s1)).toMatchObject({ server: "https://127.0.0.1:6443" });
  expect(sentConfig(s1)).not.toHaveProperty("cluster-init");
});

test("a token that names a CA is not turned to the CA that is found", async () => {
  const [s1, s2, s3] = await servers([nothing, holds("prod/s2", "d".repeat(64)), nothing]);
  await create(serverInputs(s1, { token: pinned, peers: [s2, s3] }));
  expect(s1.variables("check-token").CA_HASH).toBe(caHash);
  expect(s1.variables("install-node").TOKEN).toBe(pinned);
});

test("a server whose cluster has another token is left as it is, and not recorded", async () => {
  const stderr = "the cluster on this machine has another token\n";
  const s1 = await machines.machine("s1", { "find-cluster": { code: 77, stderr } });
  const { message, recorded } = await refusal(create(serverInputs(s1)));
  expect(message).toMatch(
    /^s1: .*: the cluster on this machine has another token\n {2}next: give the tokens /,
  );
  expect(recorded).toBeUndefined();
  expect(s1.ran).toEqual([{ script: "find-cluster", variables: { PASSWORD: password } }]);
});

test("a machine that has the server already goes on without asking the others", async () => {
  const [s1, s2] = await servers([holds("prod/s1")]);
  const peers = [s2, await machines.unreachable("s3")];
  const { outs } = await create(serverInputs(s1, { peers }));
  expect(outs.joinToken).toBe(pinned);
  expect(sentConfig(s1)).toMatchObject({ "cluster-init": true });
  expect(s2.ran).toEqual([]);
});

test("a server without others begins a cluster", async () => {
  const [s1] = await servers([nothing]);
  expect((await create(serverInputs(s1))).outs.joinToken).toBe(pinned);
  expect(sentConfig(s1)).toMatchObject({ "cluster-init": true });
});

const asking = "looking whether the cluster exists already";

describe("refuses, with nothing installed anywhere and nothing recorded,", () => {
  test("where one of the others cannot be asked: it might have the cluster", async () => {
    const [s1, s2] = await servers([nothing, holds("prod/s2")]);
    const s3 = await machines.unreachable("s3");
    const failure = await refusal(create(serverInputs(s1, { peers: [s2, s3] })));
    expect(failure.message).toBe(
      `s3: ${asking}: 127.0.0.1:${s3.connection.port} refused the connection (ECONNREFUSED)\n` +
        "  next: check that sshd runs there and listens on this port",
    );
    expectUntouched(failure, [s1, s2]);
  });

  test("where one of the others fails to answer", async () => {
    const [s1, s2, s3] = await servers([]);
    s3.answers["find-cluster"] = { code: 1, stderr: "sha256sum: not found\n" };
    const failure = await refusal(create(serverInputs(s1, { peers: [s2, s3] })));
    expect(failure.message).toBe(
      `s3: ${asking}: "find-cluster" failed with exit code 1: sha256sum: not found\n` +
        "  next: correct the cause on s3, then run this again",
    );
    expectUntouched(failure, [s1, s2, s3]);
  });

  test("where one of the others holds a server that nobody can tell the owner of", async () => {
    const [s1, s2, s3] = await servers([nothing, holds("-"), nothing]);
    const failure = await refusal(create(serverInputs(s1, { peers: [s2, s3] })));
    expect(failure.message).toBe(
      `s2: ${asking}: a server is on it, and /etc/rancher/k3s/owner there names no node\n` +
        "  next: if it is prod/s2, write that into it (printf %s prod/s2 >/etc/rancher/k3s/owner); otherwise take the machine out of the manifest",
    );
    expectUntouched(failure, [s1, s2, s3]);
  });

  test("where one of the others belongs to another cluster", async () => {
    const [s1, s2, s3] = await servers([nothing, holds("dev/s2"), nothing]);
    const failure = await refusal(create(serverInputs(s1, { peers: [s2, s3] })));
    expect(failure.message).toBe(
      `s2: ${asking}: a server of another cluster is on it (dev/s2)\n` +
        "  next: remove that cluster first, or take this machine out of the manifest",
    );
    expectUntouched(failure, [s1, s2, s3]);
  });

  test("where the token names a cluster's CA and none of them has a cluster", async () => {
    const [s1, s2, s3] = await servers([nothing, nothing, nothing]);
    const failure = await refusal(create(serverInputs(s1, { token: pinned, peers: [s2, s3] })));
    expect(failure.message).toBe(
      `s1: ${asking}: no declared server has it, and the token names the CA of one\n` +
        "  next: give the password alone (what follows the last colon) to begin a cluster",
    );
    expectUntouched(failure, [s1, s2, s3]);
  });
});

function expectUntouched({ recorded }: { recorded?: object }, asked: FakeMachine[]) {
  expect(recorded).toBeUndefined();
  const others = asked.flatMap((machine) => machine.scripts()).filter((script) => script !== "find-cluster");
  expect(others).toEqual([]);
}
