import { randomBytes } from "node:crypto";
import { Problem } from "../../problem";
import type { Field } from "../fields";
import type { Call, Kind } from "../kind";
import type { Values } from "../values";
import { type Connection, connection } from "./connection";
import { dial } from "./dial";
import { requireEnvironment, run } from "./session";

interface Inputs {
  addPreviousOutputInEnv: boolean;
  connection: Connection;
  create?: string;
  delete?: string;
  environment?: Record<string, string>;
  logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
  stdin?: string;
  update?: string;
}

interface Outputs {
  stdout: string;
  stderr: string;
}

const text: Field = { type: "string" };

/** command.remote.Command: a new connection for each run; what ran before is all that it knows of the machine. */
export const remoteCommand: Kind = {
  inputs: {
    addPreviousOutputInEnv: { type: "boolean", default: true },
    connection: { type: "object", required: true, fields: connection },
    create: text,
    delete: text,
    environment: { type: "map of strings" },
    logging: { type: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
    stdin: text,
    triggers: { type: "list" },
    update: text,
  },
  outputs: ["stderr", "stdout"],
  secrets: ["connection"],
  replacedBy: ["triggers"],

  async create(inputs, call) {
    const id = `${call.name}${randomBytes(4).toString("hex")}`;
    return { id, outputs: await runIfAny(inputs.create, inputs, { stdout: "", stderr: "" }, call) };
  },

  update(inputs, state, call) {
    return runIfAny(inputs.update ?? inputs.create, inputs, previous(state), call);
  },

  async delete(state, call) {
    await runIfAny(state.delete, state, previous(state), call);
  },
};

function previous({ stdout = "", stderr = "" }: Values): Outputs {
  return { stdout, stderr } as Outputs;
}

/** Without a command there is nothing to connect for, and the outputs of the previous one stay. */
async function runIfAny(command: unknown, inputs: Values, before: Outputs, call: Call): Promise<Values> {
  const outputs =
    command === undefined
      ? before
      : await runOn(command as string, inputs as unknown as Inputs, before, call);
  return { ...outputs };
}

async function runOn(command: string, inputs: Inputs, before: Outputs, call: Call): Promise<Outputs> {
  const { environment = {}, logging = "stdoutAndStderr", stdin = "" } = inputs;
  const { client, close } = await dial(inputs.connection, call);
  try {
    await requireEnvironment(client, environment);
    const { stdout, stderr, both, failure } = await run(client, {
      command,
      stdin,
      environment: {
        ...environment,
        ...(inputs.addPreviousOutputInEnv === false ? {} : asEnvironment(before)),
      },
      onLine: (stream, line) => {
        if (logging === stream || logging === "stdoutAndStderr") call.status(line);
      },
    });
    if (failure) throw failed(command, failure, both, inputs.connection);
    return { stdout, stderr };
  } finally {
    close();
  }
}

function asEnvironment({ stdout, stderr }: Outputs): Record<string, string> {
  return {
    ...(stdout && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr && { PULUMI_COMMAND_STDERR: stderr }),
  };
}

function failed(command: string, failure: string, output: string, { user, host }: Connection): Problem {
  return new Problem(
    `${failure}: running ${JSON.stringify(command)}:\n${output}`,
    `Run the command as ${user} on ${host} to see why it fails, correct it, then run this again.`,
  );
}
