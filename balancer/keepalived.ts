import { haproxy, ours } from "./paths";
import { isKnown } from "./subnets";
import { checked, distinct, familyOf, whole } from "./values";
import { addressComplaints, addressLines, announced, type VirtualAddress } from "./virtual-addresses";
import {
  advertIntervalOf,
  checkedCheck,
  minority,
  priorityOf,
  type VipCheck,
  type Vrrp,
  vrrpPassword,
} from "./vrrp";

export interface VipMachine {
  name: string;
  address: string;
}

export interface Vip {
  /** All that may have the addresses; what is equal otherwise goes to the first of them. */
  machines: readonly VipMachine[];
  addresses: readonly VirtualAddress[];
  /** Tells these machines from other routers in their network. */
  routerId: number;
  vrrp: Vrrp;
  check: VipCheck;
}

/** One of the machines. */
export interface Here {
  name: string;
  /** The interface that has its address. */
  device: string;
  /** The addresses of machines that are to go, and are heard until then: else they would take the address for themselves. */
  leaving?: readonly string[];
}

/** The text of keepalived.conf on one of the machines. */
export function keepalivedFile(vip: Vip, { name, device, leaving = [] }: Here): string {
  const { machines, addresses, routerId, vrrp, check } = vip;
  const place = machines.findIndex((machine) => machine.name === name);
  const self = machines[place];
  if (self === undefined) throw new Error(`${name} is none of the machines that may have the address`);
  const [complaint] = vipComplaints(vip);
  if (complaint) throw new Error(complaint);
  const where = checked("interface", `the interface of ${name}`, device);
  const family = familyOf(self.address);
  const lines = addressLines(addresses, family, where);
  const others = machines.filter((machine) => machine !== self).map(({ address }) => address);
  // Of the other family nobody is heard, and keepalived refuses it.
  const heard = leaving.map((address) => checked("address", "a peer", address));
  const peers = [...others, ...heard.filter((address) => familyOf(address) === family)];
  return [
    ours,
    "",
    ...block("global_defs", [`router_id ${checked("name", "the machine", name)}`, ...scriptSecurity]),
    "",
    ...block("vrrp_script haproxy", reachesSome(check)),
    "",
    ...(vrrp.version === 3 ? [...block("vrrp_script majority", reachesMost(check)), ""] : []),
    ...block("vrrp_instance kubernetes", [
      ...stateLines(vrrp, place),
      `interface ${where}`,
      `virtual_router_id ${routerId}`,
      `priority ${priorityOf(place, machines.length, vrrp)}`,
      `advert_int ${advertIntervalOf(vrrp) / 1000}`,
      `garp_master_refresh ${reminder}`,
      ...authentication(vrrp),
      ...["check_unicast_src", `unicast_src_ip ${self.address}`],
      ...block("unicast_peer", peers),
      ...block("virtual_ipaddress", [lines.announced]),
      ...(lines.others.length > 0 ? block("virtual_ipaddress_excluded", lines.others) : []),
      ...block("track_script", vrrp.version === 3 ? ["haproxy", "majority"] : ["haproxy"]),
    ]),
    "",
  ].join("\n");
}

/** All that keepalived could not take, or would take for something else, a clause each. */
export function vipComplaints({ machines, addresses, routerId, vrrp, check }: Vip): string[] {
  const [first] = machines;
  const family = familyOf(first?.address ?? "");
  return [
    complaint(() => whole("the number of machines", machines.length, 2, 100)),
    ...machines.map((machine) => complaint(() => checkMachine(machine, first))),
    complaint(() =>
      distinct(
        "the machine",
        machines.map(({ name }) => name),
      ),
    ),
    complaint(() =>
      distinct(
        "the address",
        machines.map(({ address }) => address),
      ),
    ),
    ...addressComplaints(addresses, machines),
    ...addresses.map((virtual) =>
      complaint(() => addressLines([virtual], familyOf(virtual.address), "eth0")),
    ),
    complaint(() =>
      distinct(
        "the virtual address",
        addresses.map(({ address }) => address),
      ),
    ),
    complaint(() => announced(addresses, family)),
    complaint(() => whole("the router id", routerId, 1, 255)),
    complaint(() => advertIntervalOf(vrrp)),
    complaint(() => authentication(vrrp)),
    complaint(() => checkedCheck(check)),
    family === 6 && vrrp.version === 2 ? "VRRP 2 has no IPv6: take version 3" : undefined,
  ].filter((each, index, all): each is string => each !== undefined && all.indexOf(each) === index);
}

function complaint(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkMachine({ name, address }: VipMachine, first?: VipMachine): void {
  checked("name", "the machine", name);
  const what = `the address of ${name}`;
  if (!isKnown(checked("address", what, address)) || address.includes("/"))
    throw new Error(`${what} is ${JSON.stringify(address)}, and must be an IP address`);
  if (first && isKnown(first.address) && familyOf(address) !== familyOf(first.address))
    throw new Error(
      `${first.address} of ${first.name} and ${address} of ${name} must be of one family, IPv4 or IPv6`,
    );
}

/** With another user keepalived -t of 2.2.7 ends itself; a script of root's must be where only root can write. */
const scriptSecurity = ["script_user root", "enable_script_security"];

/**
 * Seconds after which the one that has the addresses says so again. One that had them for a moment, since it was cut off,
 * has told everybody; what still comes to it goes on to the owner, but not as a connection, so that nobody finds out.
 */
const reminder = 1;

/** It has no weight, so that a failure gives the address away: a lower priority alone takes it from nobody. */
function reachesSome(check: VipCheck): string[] {
  // Or the address would be there before the first answer.
  return [...asks("/", check), "init_fail"];
}

/** It takes the address from nobody, and says who keeps it where two have it and hear each other again. */
function reachesMost(check: VipCheck): string[] {
  return [...asks("/majority", check), `weight -${minority}`];
}

function asks(path: string, { interval, timeout, fall, rise }: VipCheck): string[] {
  const seconds = timeout / 1_000;
  return [
    `script "/usr/bin/curl --silent --fail --max-time ${seconds} --output /dev/null --unix-socket ${haproxy.health} http://localhost${path}"`,
    `interval ${interval / 1_000}`,
    `timeout ${Math.ceil(seconds)}`,
    `fall ${fall}`,
    `rise ${rise}`,
  ];
}

function stateLines({ version }: Vrrp, place: number): string[] {
  if (version === 3) return ["version 3", "state BACKUP", "nopreempt"];
  return ["version 2", place === 0 ? "state MASTER" : "state BACKUP"];
}

function authentication(vrrp: Vrrp): string[] {
  if (vrrp.version === 3) return [];
  if (vrrpPassword.pattern.test(vrrp.password))
    return block("authentication", ["auth_type PASS", `auth_pass ${vrrp.password}`]);
  throw new Error(`the password of VRRP must be ${vrrpPassword.meant}`);
}

function block(title: string, lines: readonly string[]): string[] {
  return [`${title} {`, ...lines.map((line) => `    ${line}`), "}"];
}
