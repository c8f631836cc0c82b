import { spawn } from "node:child_process";
import { userInfo } from "node:os";
import { Trouble } from "./errors";
import type { Exit, Transport } from "./transport";

/** The machine that this process runs on. */
export function localTransport(): Transport {
  return {
    user: process.getuid?.() === 0 ? "root" : userInfo().username,
    address: "this machine",
    secrets: [],
    async hostKey() {
      throw new TypeError("This machine has no host key: nothing connects to it.");
    },
    start([file = "", ...args]) {
      return new Promise((resolve, reject) => {
        // Detached: the script leads a process group of its own, which it may be ended with.
        const child = spawn(file, args, { detached: true, stdio: "pipe" });
        let letGo: () => void = () => undefined;
        const ended = new Promise<Exit>((end) => {
          child.once("close", (code, signal) => end(signal ? { signal } : { code: code ?? -1 }));
          letGo = () => end({ lost: "it did not end in time" });
        });
        child.once("error", (error) => reject(notStarted(file, error)));
        child.once("spawn", () => {
          const abandon = () => {
            kill(child.pid);
            for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
            letGo();
          };
          resolve({ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, abandon });
        });
      });
    },
  };
}

/** The group, as far as it may be signalled: what sudo started is not ours. */
function kill(leader: number | undefined) {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // It is gone, or another user's; its guard ends it.
  }
}

function notStarted(file: string, error: Error): Trouble {
  return new Trouble({
    kind: "failed",
    cause: `${file} could not be started on this machine: ${error.message}`,
    remedy:
      file === "sudo" ? "Install sudo, or run this as root." : "Check that this file exists and may be run.",
  });
}
