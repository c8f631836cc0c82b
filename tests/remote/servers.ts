import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RemoteError } from "../../remote/errors";
import { fingerprint, parseHostKey } from "../../remote/known-hosts";
import { closeAll, machine } from "../../remote/pool";
import type { SshTarget } from "../../remote/target";
import { keyPair } from "../lab/plugins/command/ssh-server";
import { type SshServer, type SshServerOptions, sshServer } from "./ssh-server";

export const deadline = 10_000;
export const script = (text: string, name = "probe") => ({ name, text });
export const print = (publicKey: string) => fingerprint(parseHostKey(publicKey)?.blob ?? Buffer.alloc(0));

/** Servers, what only listens, and a folder, which are gone after the tests; each test begins without connections. */
export function servers() {
  const key = keyPair();
  const folder = mkdtempSync(join(tmpdir(), "remote-"));
  const running: SshServer[] = [];
  const listeners: { server: Server; sockets: Set<Socket> }[] = [];

  afterEach(async () => {
    await closeAll();
    await Promise.all(running.splice(0).map((server) => server.stop()));
    for (const { server, sockets } of listeners.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Something that listens and says what it is told to, which is nothing by default. */
  async function listen(talk: (socket: Socket) => void = () => undefined): Promise<SshTarget> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      talk(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    listeners.push({ server, sockets });
    const { port } = server.address() as { port: number };
    const hostKey = "SHA256:0000000000000000000000000000000000000000000";
    return {
      transport: "ssh",
      host: "127.0.0.1",
      port,
      privateKey: key.private,
      hostKey,
      configFile: false,
    };
  }

  return {
    key,
    folder,
    async serve(options: SshServerOptions = {}): Promise<{ server: SshServer; target: SshTarget }> {
      const server = await sshServer(options);
      running.push(server);
      const { port, hostKey } = server;
      return {
        server,
        target: {
          transport: "ssh",
          host: "127.0.0.1",
          port,
          hostKey,
          privateKey: key.private,
          configFile: false,
        },
      };
    },
    listen,
    /** Nobody listens there. */
    async nowhere(): Promise<SshTarget> {
      const target = await listen();
      await new Promise((resolve) => listeners.pop()?.server.close(resolve));
      return target;
    },
  };
}

/** What a script on the machine prints. */
export const says = (target: SshTarget, text = "echo in") =>
  machine("s1", target).run(script(text), { deadline });

export async function failing(work: Promise<unknown>): Promise<RemoteError> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof RemoteError) return outcome;
  throw new Error(`it should have failed by a RemoteError: ${outcome}`);
}

export const failure = (target: SshTarget, limit = deadline, text = ":"): Promise<RemoteError> =>
  failing(machine("s1", target).run(script(text), { deadline: limit }));
