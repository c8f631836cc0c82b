import type { ServerResponse } from "node:http";
import { onMachine } from "../../e2e/labs";
import { type Break, byScript } from "../breaks";
import { type Failing, fails, refused } from "../fails";
import { entries, type LabField, type Written, write } from "../field";
import { page, serve, whole } from "../mirror";

const within = 60;

type Answer = (path: string, response: ServerResponse) => void;

/** x1 is to join with what this mirror gives; nothing of it may come where k3s would run from. */
async function failsWith(field: LabField, answer: Answer, told: Failing["told"]): Promise<void> {
  await withMirror(field, answer, (manifest) => failsToFetch(field, { manifest, told }));
}

async function withMirror(field: LabField, answer: Answer, work: (manifest: Written) => Promise<void>) {
  const mirror = await serve(field.lab, ({ url = "/" }, response) => answer(url, response));
  try {
    await work({ agents: entries(field, "x1"), artifacts: { mirror: mirror.address } });
  } finally {
    await mirror.close();
  }
}

async function failsToFetch(
  field: LabField,
  failing: Pick<Failing, "manifest" | "told"> & { broken?: Break[] },
): Promise<void> {
  // A server that does not run yet asks the mirror, too.
  await fails(field, { ...failing, within, untouched: field.running ? ["s1", "x2"] : ["x2"] });
  expect(await onMachine(field.lab, "x1", "find /usr/local -type f -name k3s")).toBe("");
}

/** The binary comes otherwise than the release lists it. */
export async function spoilt(field: LabField, spoil: Answer): Promise<void> {
  const answer: Answer = (path, response) =>
    path.endsWith("/k3s") ? spoil(path, response) : whole(path, response);
  await failsWith(field, answer, [
    {
      where: "x1",
      cause: /^fetching k3s .*has sha256 [0-9a-f]{64}; the release lists [0-9a-f]{64}$/,
      next: /mirror/,
    },
  ]);
}

/** Not even the list of checksums comes. */
export async function pages(field: LabField): Promise<void> {
  await failsWith(field, page, [
    { where: "x1", cause: /^fetching k3s .*sha256sum-.*(no list|lists no)/, next: /mirror/ },
  ]);
}

/** Nobody answers: refused. Too many requests: tried again, given up in time. Back again: a plain run is enough. */
export async function unavailable(field: LabField): Promise<void> {
  let gone = "";
  await withMirror(field, whole, async ({ artifacts }) => {
    gone = (artifacts as { mirror: string }).mirror;
  });
  await refused(field, {
    manifest: { agents: entries(field, "x1"), artifacts: { mirror: gone } },
    // Who is a member already needs it for the next version.
    told: [{ where: "s1, x1", cause: /^mirror: is refused by http:/, next: /listens/ }],
    within,
  });
  const busy: Answer = (_path, response) => tooMany(response);
  await failsWith(field, busy, [{ where: "x1", cause: /^fetching k3s .*429/, next: /mirror/ }]);
}

function tooMany(response: ServerResponse): void {
  response.writeHead(429, { "retry-after": "1" }).end();
}

/** Turned away twice for each file, and then not. */
export async function recovers(field: LabField): Promise<void> {
  const asked = new Map<string, number>();
  const hesitant: Answer = (path, response) => {
    const count = asked.get(path) ?? 0;
    asked.set(path, count + 1);
    if (count < 2) tooMany(response);
    else whole(path, response);
  };
  await withMirror(field, hesitant, async (manifest) => {
    write(field, manifest);
    await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  });
  expect(await onMachine(field.lab, "x1", "systemctl is-active k3s-agent")).toBe("active");
}

/** Where the data goes there is to be room beforehand; where the binary goes it may run out on the way. */
export async function fullDisk(field: LabField): Promise<void> {
  const { lab } = field;
  const manifest = { agents: entries(field, "x1") };
  const tiny = (folder: string, size: string) =>
    byScript(
      lab,
      "x1",
      `mkdir -p ${folder}; mount -t tmpfs -o size=${size} tiny ${folder}`,
      `umount ${folder}`,
    );
  await refused(field, {
    manifest,
    broken: [tiny("/var/lib/rancher", "64m")],
    told: [{ where: "x1", cause: /^disk: .*\/var\/lib\/rancher/, next: /^Free some/ }],
    within,
  });
  await failsToFetch(field, {
    manifest,
    broken: [tiny("/usr/local/lib/k3s", "40m")],
    told: [{ where: "x1", cause: /^fetching k3s .*(does not fit|full)/, next: /\b(room|free)\b/ }],
  });
}

/** After a failure nothing needs cleaning up. */
export async function converges(field: LabField): Promise<void> {
  write(field, { agents: entries(field, "x1") });
  await field.stack.pulumi(["up", "--yes", "--skip-preview"]);
  expect(await onMachine(field.lab, "x1", "systemctl is-active k3s-agent")).toBe("active");
}
