import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import type { Client } from "ssh2";
import { run } from "../../../../lab/plugins/command/session";

test("a command whose end is in the packet that begins it has ended as it did", async () => {
  const channel = Object.assign(new PassThrough(), { stderr: new PassThrough() });
  const client = Object.assign(new EventEmitter(), {
    exec: (_command: string, _options: object, begun: (error: undefined, its: PassThrough) => void) => {
      begun(undefined, channel);
      channel.emit("exit", 3);
      channel.emit("close");
    },
  });
  const session = { command: "exit 3", stdin: "", environment: {}, onLine: () => undefined };
  const { failure } = await run(client as unknown as Client, session);
  expect(failure).toBe("Process exited with status 3");
});
