import * as pulumi from "@pulumi/pulumi";
import { canonical } from "../balancer/subnets";
import type { VirtualAddress } from "../balancer/virtual-addresses";
import { routerIdOf, type VipCheck, type Vrrp, vipCheck } from "../balancer/vrrp";
import type { Connection } from "../providers/connection";
import { Keepalived } from "../providers/keepalived/resource";
import { hidden, passwordIn } from "./hidden";
import type { ConnectionArgs } from "./node-args";

/** A machine that may have the virtual addresses; HAProxy runs on it already. */
export interface VipMachineArgs {
  name: string;
  connection: ConnectionArgs;
  /** The IP address by which the others know it; default: the host of its connection. */
  address?: pulumi.Input<string | undefined>;
  /** The interface that has this address; default: found on the machine. */
  interface?: pulumi.Input<string | undefined>;
}

export interface KeepalivedVipArgs {
  /** Two or more; of those that are well and have not the addresses, the first one gets them. */
  machines: VipMachineArgs[];
  /** All of them move together; one at least is of the same family as the machines' addresses. */
  addresses: pulumi.Input<pulumi.Input<VirtualAddress>[]>;
  /** From 1 to 255, and nobody else's in this network; default: made of the cluster's name. */
  routerId?: pulumi.Input<number | undefined>;
  /** Default: `{ version: 3, advertInterval: 200 }`. */
  vrrp?: pulumi.Input<Vrrp | undefined>;
  /** How keepalived asks HAProxy; default: every second, 800 ms for an answer, `fall` 2, `rise` 1. */
  check?: pulumi.Input<Partial<VipCheck> | undefined>;
  /** Whether a package that was brought stays when this goes; default: false. */
  keepPackage?: boolean;
  /** The cluster's name; default: the component's own. */
  cluster?: string;
  /** Milliseconds until one of the machines has the addresses; default: 2 minutes. */
  patience?: number;
}

const defaultPatience = 2 * 60_000;

/**
 * One or several addresses that one of several machines has; what `dependsOn` names must be there before any of the
 * machines is touched.
 */
export class KeepalivedVip extends pulumi.ComponentResource {
  /** The first of the addresses, without its prefix; there when one of the machines has it. */
  readonly address: pulumi.Output<string>;
  /** The id of each machine's part, in their order; there when one of the machines has the addresses. */
  readonly ready: pulumi.Output<string[]>;

  constructor(name: string, args: KeepalivedVipArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("k3s:index:KeepalivedVip", name, {}, options);
    const { cluster = name, keepPackage, patience = defaultPatience } = args;
    const reached = args.machines.map(({ name, connection }) => ({ name, connection: known(connection) }));
    const machines = args.machines.map(({ name, connection, address }) => ({
      name,
      // Where it is is no secret, whatever opens it.
      address: pulumi
        .all([address, pulumi.unsecret(pulumi.output(connection).host)])
        .apply(([own, host]) => canonical(own ?? host)),
    }));
    const addresses = pulumi
      .output(args.addresses)
      .apply((all) => all.map((its): VirtualAddress => ({ ...its, address: canonical(its.address) })));
    const vrrp = hidden(
      pulumi.output(args.vrrp).apply((its): Vrrp => its ?? { version: 3 }),
      ({ version }) => version === 2,
    );
    const check = pulumi.output(args.check).apply((its) => ({ ...vipCheck, ...its }));
    const routerId = pulumi.output(args.routerId).apply((id) => id ?? routerIdOf(cluster));
    const made = args.machines.map(
      ({ name, connection, interface: device }) =>
        new Keepalived(
          name,
          {
            ...{ cluster, name, connection: known(connection), interface: device, machines },
            ...{ addresses, routerId, vrrp, check, keepPackage, patience },
            peers: reached.filter((other) => other.name !== name),
          },
          { parent: this, dependsOn: options.dependsOn },
        ),
    );
    this.ready = pulumi.all(made.map(({ id }) => id));
    this.address = pulumi
      .all([addresses, this.ready])
      .apply(([[first]]) => first?.address.replace(/\/.*$/, "") ?? "");
    this.registerOutputs({ address: this.address });
  }
}

function known(connection: ConnectionArgs): pulumi.Output<Connection> {
  return hidden(connection as pulumi.Input<Connection>, passwordIn.connection);
}
