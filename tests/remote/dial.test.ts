import { dial } from "../../remote/dial";
import { Trouble } from "../../remote/errors";
import { machine } from "../../remote/pool";
import { routeTo } from "../../remote/route";
import { openSocket } from "../../remote/socket";
import type { SshTarget } from "../../remote/target";
import { deadline, failure, script, servers } from "./servers";

const { serve, listen, nowhere } = servers();

async function dialling(target: SshTarget, limit: number): Promise<Trouble> {
  const [hop] = routeTo(target);
  if (!hop) throw new Error("there is no hop");
  return dial(hop, openSocket, new AbortController().signal, limit).then(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
}

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
    const error = await failure(await listen(), 200);
    expect(error.kind).toBe("timed out");
    expect(error.message).toContain('"probe" could not start within 0.2 s');
  });

  test("a server that never answers, within the deadline for connecting", async () => {
    const target = await listen();
    const error = await dialling(target, 100);
    expect(error).toBeInstanceOf(Trouble);
    expect(error.failure.kind).toBe("timed out");
    expect(error.failure.cause).toContain("within 0.1 s");
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
    const error = await dialling(target, 400);
    expect(error.failure.kind).toBe("connection lost");
    expect(error.failure.cause).toContain("dropped every connection before the login");
    expect(error.failure.remedy).toContain("MaxStartups");
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
