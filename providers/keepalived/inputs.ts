import type { VirtualAddress } from "../../balancer/virtual-addresses";
import type { VipCheck, Vrrp } from "../../balancer/vrrp";
import type { Connection, Member } from "../connection";
import type { Live } from "./observe";

export interface KeepalivedInputs extends Partial<Live> {
  cluster: string;
  /** The machine that it runs on, one of the machines below. */
  name: string;
  connection: Connection;
  /** The interface that has the machine's address; where it is not given it is looked for on the machine. */
  interface?: string;
  /** All that may have the addresses, in the order in which they are to. */
  machines: { name: string; address: string }[];
  addresses: VirtualAddress[];
  routerId: number;
  vrrp: Vrrp;
  check: VipCheck;
  /** The others of the machines: they are looked at, and never changed. */
  peers: Member[];
  /** Whether the package stays when this goes, where it was not there before. */
  keepPackage?: boolean;
  /** Milliseconds until one of the machines has the addresses. */
  patience: number;
}

export interface KeepalivedOutputs {
  /** The interface that was found. */
  device: string;
}
