import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { RemoteError } from "../../../remote/errors";
import type { SshTarget } from "../../../remote/target";
import { deadline, failure, servers } from "../servers";
import type { SshServerOptions } from "../ssh-server";

/** What the user reads, as a whole; `HOST`, `SHA256:…`, `SUM` and `FOLDER` stand for what differs each time. */
type Row = [happening: string, fail: () => Promise<RemoteError>, message: string];

/** What rows of messages happen on, for all tests of the file that calls this. */
export function rows() {
  jest.setTimeout(30_000);
  const all = servers();
  const { serve, folder } = all;

  function generalised(message: string): string {
    return message
      .replaceAll(folder, "FOLDER")
      .replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, "SHA256:…")
      .replaceAll(/\b[0-9a-f]{64}\b/g, "SUM")
      .replaceAll(/(127\.0\.0\.1|m1|none):\d+/g, "HOST");
  }

  return {
    ...all,
    check(rows: Row[]): void {
      test.each(rows)("%s", async (_, fail, message) => {
        const error = await fail();
        expect(generalised(error.message)).toBe(message);
        expect(message).toMatch(/^s1: [^\n]+[^\s.]\.\n[A-Z][^\n]+\.$/);
        expect(inspect(error, { depth: 9 })).not.toMatch(/hunter22|PRIVATE KEY/);
        expect(error.message).not.toMatch(/^\s+at /m);
      });
    },
    file(name: string, text: string): string {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    at:
      (options: SshServerOptions, more: Partial<SshTarget> = {}, text?: string) =>
      async () => {
        const { target } = await serve(options);
        return failure({ ...target, ...more }, deadline, text);
      },
  };
}
