import { type Found, isMap, valueAt, type Way } from "./place";
import { shown } from "./shown";

/**
 * What is wrong between machines. It reads the manifest as it was written, since these mistakes are to be reported
 * together with those of single fields.
 */
export function compare(manifest: unknown): Found[] {
  const machines = ["servers", "agents"].flatMap((list) => machinesOf(manifest, list));
  return [
    ...repeated(machines, "name", ({ name }) => name, "node names must differ in more than case"),
    ...repeated(
      machines,
      "host",
      (machine) => addressOf(manifest, machine),
      "every node needs a machine of its own",
    ),
    ...repeated(machines, "nodeIp", ({ nodeIp }) => nodeIp, "every node needs an address of its own"),
    ...machines.flatMap(twoAddresses),
    ...sharedAddress(manifest),
  ];
}

interface Written {
  way: Way;
  machine: Record<PropertyKey, unknown>;
  name?: string;
  host?: string;
  nodeIp?: string;
}

function machinesOf(manifest: unknown, list: string): Written[] {
  const written = valueAt(manifest, [list]);
  if (!Array.isArray(written)) return [];
  return written.flatMap((machine, index) =>
    isMap(machine)
      ? [
          {
            way: [list, index],
            machine,
            name: textOf(machine.name),
            host: textOf(machine.host),
            nodeIp: textOf(machine.nodeIp),
          },
        ]
      : [],
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function repeated(
  machines: Written[],
  field: string,
  of: (machine: Written) => string | undefined,
  why: string,
) {
  const first = new Map<string, Written>();
  return machines.flatMap((machine): Found[] => {
    const value = of(machine);
    if (value === undefined) return [];
    const other = first.get(value.toLowerCase());
    if (other === undefined) {
      first.set(value.toLowerCase(), machine);
      return [];
    }
    const [list, index] = other.way;
    const message = `${shown(value)} is also ${String(list)}[${String(index)}].${field}: ${why}`;
    return [{ way: [...machine.way, field], message }];
  });
}

/** Behind one address, machines may differ by their port. */
function addressOf(manifest: unknown, { machine, host }: Written): string | undefined {
  if (host === undefined) return undefined;
  const port = valueAt(machine, ["ssh", "port"]) ?? valueAt(manifest, ["ssh", "port"]) ?? 22;
  return port === 22 ? host : `${host} port ${String(port)}`;
}

function twoAddresses({ way, machine, nodeIp }: Written): Found[] {
  return nodeIp !== undefined && valueAt(machine, ["config", "node-ip"]) !== undefined
    ? [
        {
          way: [...way, "config", "node-ip"],
          message: "nodeIp of this machine says this already: keep one",
          atKey: true,
        },
      ]
    : [];
}

function sharedAddress(manifest: unknown): Found[] {
  const message = "every node needs an address of its own: use nodeIp, on the machine";
  return valueAt(manifest, ["config", "node-ip"]) === undefined
    ? []
    : [{ way: ["config", "node-ip"], message, atKey: true }];
}
