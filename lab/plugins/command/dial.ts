import type { Duplex } from "node:stream";
import {
  type AuthenticationType,
  Client,
  type ConnectConfig,
  type ParsedKey,
  type ServerHostKeyAlgorithm,
  utils,
} from "ssh2";
import { Problem } from "../../problem";
import type { Call } from "../kind";
import type { Connection, Hop } from "./connection";
import { retry } from "./retry";

export interface Dialled {
  client: Client;
  close(): void;
}

/** Connects to a machine, through its proxy if it has one, with the attempts that the connection allows. */
export async function dial(connection: Connection, call: Call): Promise<Dialled> {
  const { proxy } = connection;
  const config = configFor(connection, "connection");
  if (!proxy) {
    const client = await persist("Dial", connection, call, () => connect(config));
    return { client, close: () => client.end() };
  }
  const proxyConfig = configFor(proxy, "connection.proxy");
  const bastion = await persist("Dial proxy", proxy, call, () => connect(proxyConfig));
  try {
    const client = await persist("Dial from proxy", connection, call, async () =>
      connect({ ...config, sock: await tunnel(bastion, connection) }),
    );
    return { client, close: () => void [client, bastion].map((each) => each.end()) };
  } catch (error) {
    bastion.end();
    throw error;
  }
}

async function persist<T>(what: string, hop: Hop, call: Call, attempt: () => Promise<T>): Promise<T> {
  const limit = hop.dialErrorLimit;
  try {
    return await retry(attempt, {
      limit,
      signal: call.signal,
      onFailure: (count) => call.status(`${what} ${count}/${limit < 0 ? "inf" : limit} failed: retrying`),
    });
  } catch (error) {
    throw new Problem(
      `${hop.user}@${hop.host}:${hop.port} could not be reached over SSH ${(error as Error).message}`,
      "Check that the machine is up, that sshd answers there and accepts this user and key, then run this again.",
      { cause: error },
    );
  }
}

function connect(config: ConnectConfig): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.once("close", () => reject(new Error("the connection was closed")));
    client.on("error", (error) => {
      reject(error);
      client.end();
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => config.password ?? "")),
    );
    client.connect(config);
  });
}

function tunnel(bastion: Client, { host, port }: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, stream) =>
      error ? reject(error) : resolve(stream),
    );
  });
}

/** The order of the ways to log in is the official plugin's: key, password, agent. */
function configFor(hop: Hop, path: string): ConnectConfig {
  const { host, port, user, password, privateKey, privateKeyPassword: passphrase, hostKey } = hop;
  const agent = hop.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  const ways: [AuthenticationType, unknown][] = [
    ["none", true],
    ["publickey", privateKey],
    ["password", password],
    ["keyboard-interactive", password],
    ["agent", agent],
  ];
  if (privateKey) parsed(privateKey, `${path}.privateKey`, passphrase);
  return {
    host,
    port,
    username: user,
    password,
    privateKey,
    passphrase,
    agent,
    tryKeyboard: password !== undefined,
    readyTimeout: hop.perDialTimeout * 1_000,
    authHandler: ways.filter(([, given]) => given).map(([way]) => way),
    algorithms: { serverHostKey: asked },
    ...(hostKey ? only(parsed(hostKey, `${path}.hostKey`)) : {}),
  };
}

/** The official plugin asks in the order of Go's SSH library, whatever it expects; certificates and DSA apart. */
const asked: ServerHostKeyAlgorithm[] = [
  ...(["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"] as const),
  ...(["rsa-sha2-256", "rsa-sha2-512", "ssh-rsa", "ssh-ed25519"] as const),
];

function only(expected: ParsedKey): Pick<ConnectConfig, "hostVerifier"> {
  return { hostVerifier: (key: Buffer) => expected.getPublicSSH().equals(key) };
}

function parsed(key: string, path: string, passphrase?: string): ParsedKey {
  const result = utils.parseKey(key, passphrase);
  if (result instanceof Error)
    throw new Problem(`${path} could not be read: ${result.message}.`, "Correct it in the program.");
  return result;
}
