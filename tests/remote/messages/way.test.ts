import net, { Socket } from "node:net";
import { join } from "node:path";
import { closePool } from "../../../remote/connections";
import type { Endpoint, SshTarget } from "../../../remote/target";
import { failure } from "../servers";
import { rows } from "./rows";

const { check, file, serve, listen, nowhere, folder } = rows();

afterEach(() => void jest.restoreAllMocks());

const behind = async (bastion: Endpoint, more: Partial<SshTarget> = {}) =>
  failure({ ...(await serve()).target, bastions: [bastion], ...more });

const socketThatFails = (code: string) => async () => {
  jest.spyOn(net, "connect").mockImplementation(() => {
    const socket = new Socket();
    setImmediate(() => socket.emit("error", Object.assign(new Error("it failed"), { code })));
    return socket;
  });
  return failure({ ...(await nowhere()) });
};

describe("on the way to a machine", () => {
  const unreachable = "Check the address, that the machine is up, and the routes and firewalls on the way.";
  const unknown = "Correct the host's name, or check the name servers of the machine that runs this.";
  check([
    [
      "nobody listens",
      async () => failure(await nowhere()),
      "s1: HOST refused the connection (ECONNREFUSED).\nCheck that sshd runs there and listens on this port.",
    ],
    [
      "its name is unknown",
      socketThatFails("ENOTFOUND"),
      `s1: HOST has no known address (ENOTFOUND).\n${unknown}`,
    ],
    [
      "no name server answers",
      socketThatFails("EAI_AGAIN"),
      `s1: HOST has no known address (EAI_AGAIN).\n${unknown}`,
    ],
    ["nobody answers", socketThatFails("ETIMEDOUT"), `s1: HOST did not answer (ETIMEDOUT).\n${unreachable}`],
    [
      "there is no route",
      socketThatFails("EHOSTUNREACH"),
      `s1: HOST cannot be reached (EHOSTUNREACH).\n${unreachable}`,
    ],
    [
      "it says nothing",
      async () => failure({ ...(await listen()), connectTimeout: 200 }),
      "s1: HOST could not be connected to within 0.2 s.\n" +
        "Check the address, that the machine is up and not overloaded, and the firewalls on the way.",
    ],
    [
      "it drops every connection",
      // Given up after so many times, not after a time, whose end could fall inside one of them.
      async () => failure({ ...(await listen((socket) => socket.destroy())), connectTimeout: 60_000 }),
      "s1: HOST dropped every connection before the login: Connection lost before handshake.\n" +
        "Check sshd there (MaxStartups, PerSourcePenalties, its journal), and what bans addresses, such as fail2ban.",
    ],
    [
      "it speaks something else",
      async () => failure(await listen((socket) => socket.end("SSH-1.0-old\r\n"))),
      "s1: HOST does not speak SSH as expected: Invalid identification string.\n" +
        "Check that sshd listens on this port, and which algorithms it allows.",
    ],
    [
      "the connection is given up",
      async () => {
        const target = await listen(() => void closePool());
        return failure(target);
      },
      "s1: the connection was given up before it was made.\nRun this again.",
    ],
    [
      "a bastion does not answer",
      async () => behind(await nowhere()),
      "s1: the bastion on the way to HOST: HOST refused the connection (ECONNREFUSED).\n" +
        "Check that sshd runs there and listens on this port.",
    ],
    [
      "the second of two bastions does not answer",
      async () => behind((await serve()).target, { bastions: [(await serve()).target, await nowhere()] }),
      "s1: bastion 2 of 2 on the way to HOST: HOST cannot be reached from the bastion HOST: it gives no reason.\n" +
        "Check the address, that sshd listens on this port, and the routes and firewalls between the bastion and it.",
    ],
    [
      "a bastion does not forward",
      async () => behind((await serve({ forwards: false })).target),
      "s1: the bastion HOST does not forward to HOST: it gives no reason.\n" +
        "Check AllowTcpForwarding, DisableForwarding and PermitOpen in the sshd_config of the bastion.",
    ],
  ]);
});

describe("in ssh's configuration", () => {
  const configured = (text: string) => () =>
    failure({ transport: "ssh", host: "m1", configFile: file(`config${text.length}`, text) });
  const remedy =
    "Correct the file, or leave it out by configFile: false and give host, port, user and bastions.";
  check([
    [
      "a port is none",
      configured("Port many"),
      `s1: ssh's configuration of m1 cannot be used: "many" is no port.\n${remedy}`,
    ],
    [
      "a jump is none",
      configured("ProxyJump @:"),
      `s1: ssh's configuration of m1 cannot be used: its ProxyJump "@:" is not of the form user@host:port.\n${remedy}`,
    ],
    [
      "jumps go round in circles",
      configured("Host m1\n ProxyJump b\nHost b\n ProxyJump m1"),
      `s1: ssh's configuration of m1 cannot be used: its ProxyJump leads back to m1.\n${remedy}`,
    ],
    [
      "the file is not there",
      () => failure({ transport: "ssh", host: "m1", configFile: join(folder, "missing") }),
      "s1: ssh's configuration, by which m1 is to be found, cannot be read: " +
        "ENOENT: no such file or directory, open 'FOLDER/missing'.\n" +
        "Correct configFile, make the file readable, or leave it out by configFile: false.",
    ],
  ]);
});
