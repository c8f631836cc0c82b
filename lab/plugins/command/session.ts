import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import { Problem } from "../../problem";

export interface Session {
  command: string;
  stdin: string;
  environment: Record<string, string>;
  /** Told of every line of either stream as it arrives. */
  onLine(stream: "stdout" | "stderr", line: string): void;
}

export interface Ended {
  stdout: string;
  stderr: string;
  /** Both streams as they came, for an error's text. */
  both: string;
  /** Empty when the command succeeded. */
  failure: string;
}

/** Runs one command to its end on an open connection. */
export function run(client: Client, session: Session): Promise<Ended> {
  const { command, environment } = session;
  return new Promise((resolve, reject) => {
    client.exec(command, { env: environment }, (error, channel) => {
      // Listens at once: a command that ends immediately has its end in the same packet.
      if (error) reject(error);
      else resolve(ended(client, channel, session));
    });
  });
}

async function ended(client: Client, channel: ClientChannel, session: Session): Promise<Ended> {
  const both: Buffer[] = [];
  const stdout = collect(channel, both, (line) => session.onLine("stdout", line));
  const stderr = collect(channel.stderr, both, (line) => session.onLine("stderr", line));
  const failure = await new Promise<string>((resolve) => {
    let reason = "remote command exited without exit status or exit signal";
    channel.once("exit", (code: number | null, signal?: string) => {
      reason = code === 0 ? "" : `Process exited with status ${signal ? killed(signal) : code}`;
    });
    client.once("error", (error) => {
      reason = error.message;
    });
    channel.once("close", () => resolve(reason));
    // A command may end without reading what it is given.
    channel.on("error", () => undefined);
    channel.end(session.stdin);
  });
  return { stdout: stdout(), stderr: stderr(), both: Buffer.concat(both).toString(), failure };
}

/**
 * Makes sure that the server takes the environment: SSH has a reply for that, which the library does
 * not ask for, and a command without its variables would do something else than it says.
 */
export async function requireEnvironment(client: Client, environment: Record<string, string>): Promise<void> {
  const names = Object.keys(environment);
  if (names.length === 0) return;
  const { stdout } = await run(client, { command: "env", stdin: "", environment, onLine: () => undefined });
  const taken = `\n${stdout}`;
  const refused = names.filter((name) => !taken.includes(`\n${name}=${environment[name]}`));
  if (refused.length === 0) return;
  throw new Problem(
    `The SSH server does not accept the environment variables ${refused.join(", ")}.`,
    "Add them to AcceptEnv in its sshd_config, or prefix the command with VAR=value.",
  );
}

function collect(
  stream: NodeJS.ReadableStream,
  both: Buffer[],
  onLine: (line: string) => void,
): () => string {
  const chunks: Buffer[] = [];
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    both.push(chunk);
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
  return () => Buffer.concat(chunks).toString().replace(/\n$/, "");
}

function killed(signal: string): string {
  const number = constants.signals[signal as NodeJS.Signals] ?? 0;
  return `${128 + number} from signal ${signal.replace(/^SIG/, "")}`;
}
