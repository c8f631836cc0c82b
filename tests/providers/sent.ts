import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { ServerChannel } from "ssh2";
import { parts, probe } from "../../providers/preflight/probe";
import { withVariables } from "../../remote/quote";
import { script } from "../../remote/script";
import { guarded, reading } from "../../remote/wrap";

/** A script as a machine was sent it. */
export interface Sent {
  script: string;
  variables: Record<string, string>;
  /** What the machine says when the script begins. */
  mark: string;
}

const scripts = readdirSync(join(__dirname, "../../scripts"))
  .map((file) => basename(file, ".sh"))
  .filter((name) => !parts.includes(name))
  .map(script)
  .concat(probe());

/** What is written to a channel up to and with these characters, or to its end; the stream stays open after it. */
export async function upTo(channel: ServerChannel, end: string): Promise<string> {
  let text = "";
  for await (const chunk of channel.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.endsWith(end)) break;
  }
  return text;
}

/** Which of our scripts is sent: nothing where a byte differs from how ours are sent. */
export async function scriptSent(channel: ServerChannel): Promise<Sent | undefined> {
  const sent = await upTo(channel, "\n} 3<&0 </dev/null\n");
  // Nobody reads on, and the end must be noticed all the same.
  channel.resume();
  const [, mark = "", body = ""] =
    /\necho ([0-9a-f]{32})\n\(\n(.*)\n\)(?: 3<&-|\nexit "\$\?")\n/s.exec(sent) ?? [];
  const found = scripts.find(({ text }) => body === text || body.endsWith(`\n${text}`));
  if (!found) return undefined;
  const variables = assigned(body.slice(0, -found.text.length));
  const text = withVariables(found.text, variables);
  const exact = [guarded, reading].some((wrapped) => wrapped(text, mark) === sent);
  return exact ? { script: found.name, variables, mark } : undefined;
}

function assigned(text: string): Record<string, string> {
  const assignments = text.matchAll(/([A-Z][A-Z0-9_]*)='((?:[^']|'\\'')*)'\n/g);
  return Object.fromEntries(
    [...assignments].map(([, name = "", value = ""]) => [name, value.replaceAll("'\\''", "'")]),
  );
}
