import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { inRepository } from "../../../lab/folders";
import { containerName, type Lab } from "../../../lab/machines/model";

/** What ps would have shown meanwhile. */
export interface Sampled {
  /** Command lines. */
  arguments: string;
  /** Environments of processes that are not root's. */
  environments: string;
  samples: number;
  seconds: number;
  /** Milliseconds between two samples. */
  longest: number;
}

export interface Sampler {
  stop(): Promise<Sampled>;
}

/** Watches the processes of a machine; without one those of this computer. */
export function sampler(lab: Lab, name?: string): Sampler {
  const [file, ...args] = name
    ? ["docker", "exec", "-i", containerName(lab.name, name), "perl", "-", "10"]
    : ["perl", "-", "50"];
  const child = spawn(file as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write(readFileSync(inRepository("tests", "faults", "secrets", "sampler.pl")));
  const said = text(child.stdout);
  const closed = once(child, "close");
  return {
    stop: async () => {
      child.stdin.end();
      await closed;
      const records = (await said).split("\0");
      const of = (kind: string) => records.filter((record) => record.startsWith(`${kind} `)).join("\n");
      const [, samples, seconds, longest] =
        /^sampled (\d+) ([\d.]+) (\d+)$/m.exec(records.at(-1) ?? "") ?? [];
      return {
        arguments: of("cmdline"),
        environments: of("environ"),
        samples: Number(samples),
        seconds: Number(seconds),
        longest: Number(longest),
      };
    },
  };
}
