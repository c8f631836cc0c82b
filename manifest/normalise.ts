import type { Declared, Hooks, Machine, Manifest } from "./schema";

/** Says on each machine what holds for it, so that nobody has to look in two places. */
export function normalise({ ssh, labels, config, hooks, ...declared }: Declared): Manifest {
  const complete = (machine: Declared["servers"][number], inherited: Declared["config"]): Machine => ({
    ...machine,
    ssh: { user: "root", port: 22, ...given(ssh), ...given(machine.ssh) },
    labels: { ...labels, ...machine.labels },
    config: { ...inherited, ...machine.config },
    hooks: both(listed(hooks), listed(machine.hooks)),
  });
  return {
    ...declared,
    servers: declared.servers.map((machine) => complete(machine, config)),
    // The configuration at the top is the servers': an agent would refuse most of it.
    agents: declared.agents.map((machine) => complete(machine, {})),
    tlsSans: [...new Set([...(declared.endpoint ? [declared.endpoint.address] : []), ...declared.tlsSans])],
  };
}

/** A key that an inline object holds as undefined does not hide a default. */
function given<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function listed({ before, after }: Declared["hooks"]): Hooks {
  return { before: [before].flat(), after: [after].flat() };
}

function both(first: Hooks, then: Hooks): Hooks {
  return { before: [...first.before, ...then.before], after: [...first.after, ...then.after] };
}
