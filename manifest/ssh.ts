import { z } from "zod";
import { host, hostKey, password, pathLike, user } from "./kinds";
import { shown } from "./shown";
import { oneOrMore, port } from "./text";

const agent = z.union([z.boolean(), pathLike("/run/user/1000/agent.sock")], {
  error: ({ input }) => `${shown(input)} is not true, false or the path of an agent's socket`,
});

const configFile = z.union([z.literal(false), pathLike("~/.ssh/config")], {
  error: ({ input }) => `${shown(input)} is not false or the path of an OpenSSH configuration file`,
});

/** What one login needs, of a machine and of a hop on the way to it. */
const login = {
  user: user.optional().describe("Who logs in. Default: what configFile says, else root"),
  port: port.optional().describe("Where it answers SSH. Default: what configFile says, else 22"),
  identityFile: pathLike("~/.ssh/id_ed25519")
    .optional()
    .describe("Private key on this computer. Default: what configFile says, else the SSH agent's keys"),
  passphrase: password.optional().describe("Secret. Opens identityFile"),
  agent: agent
    .optional()
    .describe("Whether to ask the SSH agent, or the path of its socket. Default: the agent of SSH_AUTH_SOCK"),
  password: password.optional().describe("Secret. Logs in where no key does"),
  knownHosts: pathLike("~/.ssh/known_hosts")
    .optional()
    .describe("File of known host keys on this computer. Default: ~/.ssh/known_hosts"),
  trustOnFirstUse: z
    .boolean()
    .optional()
    .describe("Accept the host key that is shown first, and no other from then on. Default: false"),
};

const pin = {
  hostKey: hostKey.optional().describe("The one host key it may show; knownHosts is not asked then"),
};

const hop = z
  .strictObject({ host: host.describe("Where the hop answers SSH"), ...login, ...pin })
  .meta({ id: "hop", description: "A machine that SSH passes through." });

export const ssh = z
  .strictObject({
    ...login,
    sudoPassword: password
      .optional()
      .describe("Secret. What sudo asks a user for who is not root. Default: sudo asks for nothing"),
    configFile: configFile
      .optional()
      .describe("OpenSSH client configuration to honour; false for none. Default: ~/.ssh/config"),
    bastion: oneOrMore(hop, "a hop")
      .optional()
      .describe("The hop to go through, or several, outermost first; an empty list goes straight there"),
  })
  .meta({ id: "ssh", description: "How to log in to machines." });

export const machineSsh = ssh
  .extend(pin)
  .meta({ id: "machineSsh", description: "How to log in to one machine." });
