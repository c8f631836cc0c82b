import { machine } from "../../remote/pool";
import { deadline, failing, failure, says, script, servers } from "./servers";

const { serve, listen, nowhere } = servers();

describe("a machine that cannot be connected to is an error that says why", () => {
  test("refused", async () => {
    const target = await nowhere();
    const error = await failure(target);
    expect(error.kind).toBe("refused");
    expect(error.message).toBe(
      `s1: 127.0.0.1:${target.port} refused the connection (ECONNREFUSED).\nCheck that sshd runs there and listens on this port.`,
    );
  });

  test("a server that accepts and never answers", async () => {
    const target = await listen();
    const error = await failure({ ...target, connectTimeout: 200 });
    expect(error.kind).toBe("timed out");
    expect(error.reason).toBe(`127.0.0.1:${target.port} could not be connected to within 0.2 s`);
  });

  test("an unknown host", async () => {
    const { target } = await serve();
    expect((await failure({ ...target, host: "no-such-host.invalid" })).kind).toBe("unknown host");
  });

  test("a server that does not speak SSH", async () => {
    const error = await failure(await listen((socket) => socket.end("SSH-1.0-old\r\n")));
    expect(error.kind).toBe("refused");
    expect(error.message).toContain("does not speak SSH as expected");
  });
});

describe("many at once", () => {
  test("a server that drops connections is tried again", async () => {
    const { server, target } = await serve({ cutOff: 2 });
    expect(await machine("s1", target).run(script("echo in"), { deadline })).toBe("in\n");
    expect(server.attempts()).toBe(3);
  });

  test("a server that drops every connection is given up", async () => {
    const target = await listen((socket) => socket.destroy());
    const error = await failure({ ...target, connectTimeout: 400 });
    expect(error.kind).toBe("connection lost");
    expect(error.message).toContain("dropped every connection before the login");
    expect(error.remedy).toContain("MaxStartups");
  });

  test("no more than eight log in to one address", async () => {
    const { server, target } = await serve({ together: 8 });
    const runs = Array.from({ length: 16 }, (_, index) =>
      machine(`s${index}`, { ...target, user: `user${index}` }).run(script("echo in"), { deadline }),
    );
    expect(await Promise.all(runs)).toEqual(Array(16).fill("in\n"));
    expect(server.logins()).toBe(16);
    expect(server.mostPending()).toBe(8);
  });
});

describe("the time for connecting", () => {
  const timed = async (work: Promise<unknown>) => {
    const begun = performance.now();
    const error = await failing(work);
    return { error, after: performance.now() - begun };
  };

  test("is the target's own, and the error names it", async () => {
    const target = { ...(await listen()), connectTimeout: 300 };
    const { error, after } = await timed(machine("s1", target).run(script(":"), { deadline }));
    expect(error.kind).toBe("timed out");
    expect(error.reason).toBe(`127.0.0.1:${target.port} could not be connected to within 0.3 s`);
    expect(after).toBeGreaterThan(290);
    expect(after).toBeLessThan(3_000);
  });

  test("is over when it is over, however often the server turns us away meanwhile", async () => {
    const target = await listen((socket) => setTimeout(() => socket.destroy(), 100));
    const work = machine("s1", { ...target, connectTimeout: 300 }).run(script(":"), { deadline });
    expect((await timed(work)).after).toBeLessThan(3_000);
  });

  test.each([
    ["the bastion on the way to", 0],
    ["", 1],
  ])("holds at each hop, and the error says at which: %j", async (place, index) => {
    const { target: answers } = await serve();
    const silent = await listen();
    const [bastion, target] = index === 0 ? [silent, answers] : [answers, silent];
    const { reason } = await failure({ ...target, bastions: [bastion], connectTimeout: 1_500 });
    expect(reason).toContain(`127.0.0.1:${silent.port} could not be connected to within 1.5 s`);
    expect(reason.startsWith(place || `127.0.0.1:${silent.port}`)).toBe(true);
  });

  test("begins anew at each hop", async () => {
    const late = { delay: () => new Promise<void>((done) => setTimeout(done, 550)) };
    const [bastion, inside] = [await serve(late), await serve(late)];
    expect(await says({ ...inside.target, bastions: [bastion.target], connectTimeout: 2_000 })).toBe("in\n");
  });

  test("makes no other connection of a target, nor of its bastion", async () => {
    const bastion = await serve();
    const { server, target } = await serve();
    for (const connectTimeout of [undefined, 5_000, 6_000])
      expect(await says({ ...target, bastions: [bastion.target], connectTimeout })).toBe("in\n");
    expect([server.logins(), bastion.server.logins()]).toEqual([1, 1]);
  });

  test("is not shortened by what is to run", async () => {
    const target = { ...(await listen()), connectTimeout: 900 };
    const { error, after } = await timed(machine("s1", target).run(script(":"), { deadline: 200 }));
    expect(error.reason).toBe(`127.0.0.1:${target.port} could not be connected to within 0.9 s`);
    expect(after).toBeGreaterThan(890);
  });

  test("is none of the time that a script has", async () => {
    const { target } = await serve({ delay: () => new Promise<void>((done) => setTimeout(done, 1_200)) });
    expect(await machine("s1", target).run(script("echo in"), { deadline: 1_000 })).toBe("in\n");
  });

  test("is over at once where the work is cancelled", async () => {
    const controller = new AbortController();
    const target = { ...(await listen(() => controller.abort())), connectTimeout: 60_000 };
    const { signal } = controller;
    const error = await failing(machine("s1", target).run(script(":"), { deadline, signal }));
    expect(error.message).toContain("was cancelled before it ran");
  });
});
