import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { utils } from "ssh2";
import { closeAll, machine } from "../../remote/pool";
import type { SshTarget } from "../../remote/target";
import { hostKeyPairs, keyPair } from "../lab/plugins/command/ssh-server";
import { failing, failure, print, says, servers } from "./servers";

const { serve, nowhere, folder } = servers();

const inFile = (text: string) => {
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, text);
  return { hostKey: undefined, knownHosts };
};

describe("the host key", () => {
  test("may be pinned by its fingerprint", async () => {
    const { server, target } = await serve();
    expect(await says({ ...target, hostKey: print(server.hostKey) })).toBe("in\n");
  });

  test("may be in the known hosts", async () => {
    const { server, target } = await serve();
    expect(await says({ ...target, ...inFile(`[127.0.0.1]:${server.port} ${server.hostKey}\n`) })).toBe(
      "in\n",
    );
  });

  test.each([
    ["a pin", (known: string) => ({ hostKey: known })],
    ["the known hosts", (known: string) => inFile(`127.0.0.1 ${known}\n`)],
  ])("of another type than the server's first is asked for because of %s", async (_, known) => {
    const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 });
    const { target } = await serve({ hostKeys: [keyPair(), rsa] });
    expect(await says({ ...target, ...known(rsa.public) })).toBe("in\n");
  });

  test.each([0, 1, 2])("may be pinned by its fingerprint, of whichever type it is: %i", async (index) => {
    const hostKeys = hostKeyPairs();
    const { target } = await serve({ hostKeys: [...hostKeys] });
    expect(await says({ ...target, hostKey: print(hostKeys[index]?.public ?? "") })).toBe("in\n");
  });

  test("that has none of the machine's fingerprints is an error with the first of them", async () => {
    const [ed25519, ecdsa] = hostKeyPairs();
    const { server, target } = await serve({ hostKeys: [ed25519, ecdsa] });
    const pinned = print(keyPair().public);
    const error = await failure({ ...target, hostKey: pinned });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(
      `presented ${print(ecdsa.public)} (ecdsa-sha2-nistp256) instead of ${pinned}`,
    );
    expect(server.logins()).toBe(0);
  });

  test("that is pinned and differs is an error with both, and is not tried again", async () => {
    const { server, target } = await serve();
    const pinned = keyPair().public;
    const error = await failure({ ...target, hostKey: pinned });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(`presented ${print(server.hostKey)} (ecdsa-sha2-nistp256) instead of`);
    expect(error.message).toContain(`instead of ${print(pinned)} (ecdsa-sha2-nistp256), which is pinned`);
    expect(server.attempts()).toBe(1);
    expect(server.logins()).toBe(0);
  });

  test("that differs from the known hosts is an error with both", async () => {
    const { server, target } = await serve();
    const known = keyPair().public;
    const error = await failure({ ...target, ...inFile(`127.0.0.1 ${known}\n`) });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(print(server.hostKey));
    expect(error.message).toContain(print(known));
    expect(server.logins()).toBe(0);
  });

  test.each([
    ["in a file without it", () => inFile("")],
    ["without a file", () => ({ hostKey: undefined, knownHosts: join(folder, "nothing") })],
  ])("that is unknown, %s, is an error that says how to pin it", async (_, known) => {
    const { server, target } = await serve();
    const error = await failure({ ...target, ...known() });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain("knows no key of it");
    expect(error.remedy).toContain(`hostKey: ${print(server.hostKey)}`);
    expect(server.logins()).toBe(0);
  });

  test("that is revoked is refused, also where it is known", async () => {
    const { server, target } = await serve();
    const lines = `127.0.0.1 ${server.hostKey}\n@revoked * ${server.hostKey}\n`;
    const error = await failure({ ...target, ...inFile(lines) });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain("revoked");
  });

  test("that is pinned as nonsense is an error before anything is connected to", async () => {
    const { server, target } = await serve();
    const error = await failure({ ...target, hostKey: "ssh-ed25519 AAAA" });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain('"ssh-ed25519 AAAA", is none');
    expect(server.attempts()).toBe(0);
  });
});

describe("a host key that is trusted at first use", () => {
  const fresh = (target: SshTarget) => ({ ...target, ...inFile(""), trustOnFirstUse: true });

  test("is accepted, can be asked for, and is enforced from then on", async () => {
    const { server, target } = await serve();
    expect(await says(fresh(target))).toBe("in\n");
    expect(await machine("s1", fresh(target)).hostKey()).toBe(server.hostKey);
    await closeAll();
    await server.stop();
    const { server: other } = await serve({ port: server.port });
    const error = await failure(fresh(target));
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(`${print(other.hostKey)} (ecdsa-sha2-nistp256) instead of`);
    expect(error.message).toContain(
      `${print(server.hostKey)} (ecdsa-sha2-nistp256), which it presented first`,
    );
    expect(other.logins()).toBe(0);
    expect(other.attempts()).toBe(1);
  });

  test("is the one that clients in Go are shown, who are to be told of it", async () => {
    const [ed25519, ecdsa, rsa] = hostKeyPairs();
    const both = await serve({ hostKeys: [ed25519, rsa, ecdsa] });
    expect(await machine("s1", fresh(both.target)).hostKey()).toBe(ecdsa.public);
    const noEcdsa = await serve({ hostKeys: [ed25519, rsa] });
    expect(await machine("s2", fresh(noEcdsa.target)).hostKey()).toBe(rsa.public);
  });

  test("is not trusted for others, who did not ask for that", async () => {
    const { target } = await serve();
    await says(fresh(target));
    const error = await failure({ ...fresh(target), trustOnFirstUse: false });
    expect(error.message).toContain("knows no key of it");
    expect(error.remedy).toContain("trustOnFirstUse");
  });

  test.each([
    ["pinned", (known: string) => ({ hostKey: known })],
    ["in the known hosts", (known: string) => inFile(`127.0.0.1 ${known}\n`)],
  ])("is refused where another one is %s", async (_, known) => {
    const { server, target } = await serve();
    const error = await failure({ ...fresh(target), ...known(keyPair().public) });
    expect(error.kind).toBe("host key");
    expect(server.logins()).toBe(0);
  });

  test("is refused where it is revoked", async () => {
    const { server, target } = await serve();
    const error = await failure({ ...fresh(target), ...inFile(`@revoked * ${server.hostKey}\n`) });
    expect(error.message).toContain("revoked");
  });
});

test("the host key is asked for by a connection of its own, if there is none, and shared", async () => {
  const { server, target } = await serve();
  const s1 = machine("s1", target);
  expect(await s1.hostKey()).toBe(server.hostKey);
  expect(await says(target)).toBe("in\n");
  expect(server.logins()).toBe(1);
});

test("the host key of a machine that is not there is an error as any other", async () => {
  const error = await failing(machine("s1", await nowhere()).hostKey());
  expect(error.kind).toBe("refused");
});
