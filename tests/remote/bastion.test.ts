import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeAll, machine } from "../../remote/pool";
import type { Endpoint, SshTarget } from "../../remote/target";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { deadline, failure, print, says, script, servers } from "./servers";

const { serve, listen, nowhere, folder } = servers();

const endpointOf = ({ host, port, hostKey, privateKey }: SshTarget): Endpoint => ({
  host,
  port,
  hostKey,
  privateKey,
});

async function behind(count = 1) {
  const bastions = await Promise.all(Array.from({ length: count }, () => serve()));
  const { server, target } = await serve();
  return {
    server,
    doors: bastions.map((each) => each.server),
    target: { ...target, bastions: bastions.map((each) => endpointOf(each.target)) },
  };
}

describe("a machine behind bastions", () => {
  test.each([1, 2, 3])("is reached through %i of them", async (count) => {
    const { server, doors, target } = await behind(count);
    expect(await says(target)).toBe("in\n");
    const ports = [...doors.slice(1), server].map(({ port }) => [port]);
    expect(doors.map(({ forwarded }) => forwarded)).toEqual(ports);
    expect(doors.flatMap(({ commands }) => commands)).toEqual([]);
  });

  test("shares the connection to its bastion with the others, and with the bastion as a machine", async () => {
    const bastion = await serve();
    const inside = await Promise.all(Array.from({ length: 12 }, () => serve()));
    const bastions = [endpointOf(bastion.target)];
    const runs = inside.map(({ target }) => says({ ...target, bastions }));
    expect(await Promise.all([...runs, says(bastion.target)])).toEqual(Array(13).fill("in\n"));
    expect(bastion.server.logins()).toBe(1);
    expect(bastion.server.attempts()).toBe(1);
  });

  test("is connected to again after its bastion was cut off", async () => {
    const { server, doors, target } = await behind(2);
    const s1 = machine("s1", target);
    await s1.run(script(":"), { deadline });
    for (const door of doors) door.cut();
    expect(await s1.run(script("echo again"), { deadline })).toBe("again\n");
    expect(server.logins()).toBe(2);
  });

  test("may drop connections for a while", async () => {
    const bastion = await serve();
    const { server, target } = await serve({ cutOff: 2 });
    expect(await says({ ...target, bastions: [endpointOf(bastion.target)] })).toBe("in\n");
    expect(server.attempts()).toBe(3);
    expect(bastion.server.logins()).toBe(1);
  });

  test("no more than eight log in at once through one bastion", async () => {
    const bastion = await serve();
    let waiting = 0;
    let most = 0;
    const count = async () => {
      most = Math.max(most, ++waiting);
      await new Promise((resolve) => setTimeout(resolve, 30));
      waiting -= 1;
    };
    const inside = await Promise.all(Array.from({ length: 20 }, () => serve({ delay: count })));
    const bastions = [endpointOf(bastion.target)];
    await Promise.all(inside.map(({ target }) => says({ ...target, bastions })));
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(4);
  });

  test("leaves no connection open", async () => {
    const { server, doors, target } = await behind(2);
    await says(target);
    await closeAll();
    await Promise.all([server, ...doors].map((each) => each.left()));
  });
});

describe("an error says at which hop the way ended", () => {
  test("a bastion that refuses the connection", async () => {
    const { target } = await serve();
    const bastion = await nowhere();
    const error = await failure({ ...target, bastions: [endpointOf(bastion)] });
    expect(error.kind).toBe("refused");
    expect(error.message).toContain(
      `the bastion on the way to 127.0.0.1:${target.port}: 127.0.0.1:${bastion.port} refused the connection`,
    );
  });

  test.each([0, 1, 2])("hop %i of three that shows another host key", async (wrong) => {
    const { server, doors, target } = await behind(2);
    const hostKey = keyPair().public;
    const bastions = target.bastions.map((each, index) => (index === wrong ? { ...each, hostKey } : each));
    const error = await failure({ ...target, bastions, ...(wrong === 2 && { hostKey }) });
    expect(error.kind).toBe("host key");
    expect(error.message).toContain(`instead of ${print(hostKey)}`);
    const place = `bastion ${wrong + 1} of 2 on the way to 127.0.0.1:${target.port}: `;
    expect(error.message.includes(place)).toBe(wrong < 2);
    const all = [...doors, server];
    expect(all.map((each) => each.attempts())).toEqual(all.map((_, index) => (index <= wrong ? 1 : 0)));
  });

  test("a bastion that lets nobody in is asked once", async () => {
    const bastion = await serve({ accepts: () => false });
    const { target } = await serve();
    const error = await failure({ ...target, bastions: [endpointOf(bastion.target)] });
    expect(error.kind).toBe("authentication");
    expect(error.message).toContain("the bastion on the way to");
    expect(bastion.server.attempts()).toBe(1);
  });

  test("a machine that the bastion does not find", async () => {
    const bastion = await serve();
    const error = await failure({ ...(await nowhere()), bastions: [endpointOf(bastion.target)] });
    expect(error.message).toContain(`cannot be reached from the bastion 127.0.0.1:${bastion.server.port}`);
    expect(error.remedy).toContain("between the bastion and it");
  });

  test("a bastion that forwards nothing", async () => {
    const bastion = await serve({ forwards: false });
    const { target } = await serve();
    const error = await failure({ ...target, bastions: [endpointOf(bastion.target)] });
    expect(error.kind).toBe("refused");
    expect(error.message).toContain("does not forward to");
    expect(error.remedy).toContain("AllowTcpForwarding");
  });

  test("a bastion that never answers", async () => {
    const { target } = await serve();
    const error = await failure({
      ...target,
      bastions: [endpointOf(await listen())],
      connectTimeout: 200,
    });
    expect(error.kind).toBe("timed out");
  });
});

test("the configuration file's ProxyJump is a bastion", async () => {
  const { server, doors, target } = await behind();
  const [door] = doors;
  const key = join(folder, "key");
  const knownHosts = join(folder, "hosts");
  const configFile = join(folder, "config");
  writeFileSync(key, target.privateKey ?? "");
  writeFileSync(knownHosts, `127.0.0.1 ${door?.hostKey}\n[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  writeFileSync(
    configFile,
    `Host door\n Port ${door?.port}\nHost inner\n Port ${server.port}\n ProxyJump door\n` +
      `Host *\n HostName 127.0.0.1\n IdentityFile ${key}\n UserKnownHostsFile ${knownHosts}\n`,
  );
  expect(await says({ transport: "ssh", host: "inner", configFile })).toBe("in\n");
  expect(door?.forwarded).toEqual([server.port]);
});
