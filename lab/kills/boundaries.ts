/** A line of the engine's own log of an operation, as far as it is read here. */
interface EngineEvent {
  diagnosticEvent?: { urn?: string; message: string; ephemeral?: boolean };
  resOutputsEvent?: { metadata: { urn: string; op: string } };
}

/** What the boundaries are told apart by, whatever the names of a cluster and its machines. */
export interface Named {
  cluster: string;
  /** "server" or "agent", by the machine's name. */
  roles: Readonly<Record<string, string>>;
}

/**
 * The step boundary that a line of the log is: a resource that says what it does next, or that is done.
 * Nothing for any other line.
 */
export function boundaryOf(line: string, named: Named): string | undefined {
  const { diagnosticEvent, resOutputsEvent } = JSON.parse(line) as EngineEvent;
  if (diagnosticEvent?.ephemeral && diagnosticEvent.urn) {
    const step = diagnosticEvent.message.trim().replace(/ \(\d+ s\)$/, "");
    // What several machines of a role do at once is one step.
    const parts = withRoles(step, named).split(", ");
    return `${resourceOf(diagnosticEvent.urn, named)}: ${[...new Set(parts)].join(", ")}`;
  }
  const { urn, op } = resOutputsEvent?.metadata ?? {};
  return urn && changes.includes(op ?? "") && !isGroup(urn) ? `${resourceOf(urn, named)}: done` : undefined;
}

/** The boundaries of a whole operation, each where it comes first. */
export function boundariesOf(log: string, named: Named): string[] {
  const all = log.split("\n").filter(Boolean);
  return [...new Set(all.flatMap((line) => boundaryOf(line, named) ?? []))];
}

/** The machine that a boundary is about; the server where it is about the whole cluster. */
export function roleOf(boundary: string): string {
  return /\bagent\b/.test(boundary.split(":")[0] ?? "") ? "agent" : "server";
}

const changes = ["create", "update", "delete"];

/** Components, stacks and Pulumi's own entries for plugins have no step of their own. */
function isGroup(urn: string): boolean {
  return /^(k3s:index:|pulumi:pulumi:|pulumi:providers:)/.test(typeOf(urn));
}

function resourceOf(urn: string, named: Named): string {
  const kind = typeOf(urn).split(":").at(-1) ?? "";
  const name = urn.split("::").at(-1) ?? "";
  const short = name === named.cluster ? "" : name.replace(`${named.cluster}-`, "");
  return `${kind} ${withRoles(short, named)}`.trim();
}

function typeOf(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

function withRoles(text: string, { roles }: Named): string {
  return Object.entries(roles).reduce(
    (its, [name, role]) => its.replaceAll(new RegExp(`\\b${name}\\b`, "g"), role),
    text,
  );
}
