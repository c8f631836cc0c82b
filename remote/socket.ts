import { connect, type Socket } from "node:net";
import { type RemoteErrorKind, Trouble } from "./errors";
import { addressOf, type Hop } from "./target";

/** Thrown where the server let go of the connection before it knew who is there: worth another try. */
export class Dropped extends Error {}

/** Opens a TCP connection. */
export function openSocket(hop: Hop, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hop.host, port: hop.port, noDelay: true });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners("error").on("error", () => undefined);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === "ECONNRESET" ? new Dropped(error.message) : failed(hop, error));
    });
  });
}

const refused: [RemoteErrorKind, string, string] = [
  "refused",
  "refused the connection",
  "Check that sshd runs there and listens on this port.",
];
const unreachable: [RemoteErrorKind, string, string] = [
  "unreachable",
  "cannot be reached",
  "Check the address, that the machine is up, and the routes and firewalls on the way.",
];
const unknown: [RemoteErrorKind, string, string] = [
  "unknown host",
  "has no known address",
  "Correct the host's name, or check the name servers of the machine that runs this.",
];
const late: [RemoteErrorKind, string, string] = ["timed out", "did not answer", unreachable[2]];

const byCode: Record<string, [RemoteErrorKind, string, string]> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unknown,
  EAI_AGAIN: unknown,
  ETIMEDOUT: late,
};

function failed(hop: Hop, error: NodeJS.ErrnoException): Trouble {
  const [kind, verb, remedy] = byCode[error.code ?? ""] ?? unreachable;
  return new Trouble({
    kind,
    cause: `${addressOf(hop)} ${verb} (${error.code ?? error.message})`,
    remedy,
  });
}
