import { haproxy, ours } from "./paths";
import { checked, distinct, familyOf, whole } from "./values";
import { addressLines, type VirtualAddress } from "./virtual-addresses";
import { advertIntervalOf, priorityOf, question, type Vrrp } from "./vrrp";

export interface VipMachine {
  name: string;
  address: string;
  interface: string;
}

export interface Vip {
  /** All that may have the addresses; what is equal otherwise goes to the first of them. */
  machines: readonly VipMachine[];
  addresses: readonly VirtualAddress[];
  /** Tells these machines from other routers in their network. */
  routerId: number;
  vrrp: Vrrp;
}

/** The text of keepalived.conf on one of the machines. */
export function keepalivedFile({ machines, addresses, routerId, vrrp }: Vip, name: string): string {
  const place = machines.findIndex((machine) => machine.name === name);
  const self = machines[place];
  if (self === undefined) throw new Error(`${name} is none of the machines that may have the address`);
  const count = whole("the number of machines", machines.length, 2, 100);
  const family = familyOf(self.address);
  if (family === 6 && vrrp.version === 2) throw new Error("VRRP 2 has no IPv6: take version 3");
  const device = checked("interface", `the interface of ${name}`, self.interface);
  const { agreed, others } = addressLines(addresses, family, device);
  return [
    ours,
    "",
    ...block("global_defs", [`router_id ${checked("name", "the machine", name)}`, ...scriptSecurity]),
    "",
    ...block("vrrp_script haproxy", script),
    "",
    ...block("vrrp_instance kubernetes", [
      ...stateLines(vrrp, place),
      `interface ${device}`,
      `virtual_router_id ${whole("the router id", routerId, 1, 255)}`,
      `priority ${priorityOf(place, count, vrrp)}`,
      `advert_int ${advertIntervalOf(vrrp) / 1000}`,
      ...authentication(vrrp),
      ...peerLines(machines, self),
      ...block("virtual_ipaddress", agreed),
      ...(others.length > 0 ? block("virtual_ipaddress_excluded", others) : []),
      ...block("track_script", ["haproxy"]),
    ]),
    "",
  ].join("\n");
}

/** With another user keepalived -t of 2.2.7 ends itself; a script of root's must be where only root can write. */
const scriptSecurity = ["script_user root", "enable_script_security"];

/** It has no weight, so that a failure gives the address away: a lower priority alone takes it from nobody. */
const script = [
  `script "/usr/bin/curl --silent --fail --max-time ${question.patience} --output /dev/null --unix-socket ${haproxy.health} http://localhost/"`,
  `interval ${question.interval}`,
  "timeout 1",
  `fall ${question.fall}`,
  `rise ${question.rise}`,
  // Or the address would be there before the first answer.
  "init_fail",
];

function stateLines({ version }: Vrrp, place: number): string[] {
  if (version === 3) return ["version 3", "state BACKUP", "nopreempt"];
  return ["version 2", place === 0 ? "state MASTER" : "state BACKUP"];
}

function authentication(vrrp: Vrrp): string[] {
  if (vrrp.version === 3) return [];
  if (/^[A-Za-z0-9._+/=-]{1,8}$/.test(vrrp.password))
    return block("authentication", ["auth_type PASS", `auth_pass ${vrrp.password}`]);
  throw new Error(
    "the password of VRRP must be 1 to 8 letters, digits or . _ + / = -: keepalived would leave out what is behind the eighth",
  );
}

function peerLines(machines: readonly VipMachine[], self: VipMachine): string[] {
  distinct(
    "the address",
    machines.map(({ address }) => address),
  );
  for (const { name, address } of machines) {
    checked("address", `the address of ${name}`, address);
    if (familyOf(address) !== familyOf(self.address))
      throw new Error(
        `${self.address} of ${self.name} and ${address} of ${name} must be of one family, IPv4 or IPv6`,
      );
  }
  const peers = machines.filter((machine) => machine !== self).map(({ address }) => address);
  return ["check_unicast_src", `unicast_src_ip ${self.address}`, ...block("unicast_peer", peers)];
}

function block(title: string, lines: readonly string[]): string[] {
  return [`${title} {`, ...lines.map((line) => `    ${line}`), "}"];
}
