import { hostKeyTypes } from "../../lab/machines/keys";
import type { Lab } from "../../lab/machines/model";
import { power } from "../../lab/machines/power";
import { machine, onMachine } from "../e2e/labs";

/** Something that is broken for a while. */
export interface Break {
  make(): Promise<unknown>;
  mend(): Promise<unknown>;
}

/** Does the work while all of these are broken, and mends them whatever comes of it. */
export async function whileBroken<T>(breaks: readonly Break[], work: () => Promise<T>): Promise<T> {
  const made: Break[] = [];
  try {
    for (const each of breaks) {
      await each.make();
      made.push(each);
    }
    return await work();
  } finally {
    for (const { mend } of made.toReversed()) await mend();
  }
}

/** Broken and mended by a script each. */
export function byScript(lab: Lab, name: string, make: string, mend: string): Break {
  return { make: () => onMachine(lab, name, make), mend: () => onMachine(lab, name, mend) };
}

/** Nobody listens where SSH should. */
export function withoutSsh(lab: Lab, name: string): Break {
  return byScript(lab, name, "systemctl stop ssh", "systemctl start ssh");
}

/** Hangs: what comes is taken, and never answered. */
export function hung(lab: Lab, name: string): Break {
  return {
    make: () => power(lab, machine(lab, name), "pause"),
    mend: () => power(lab, machine(lab, name), "resume"),
  };
}

/** A firewall that drops what its rule says, in iptables' words without the chain's verb and the verdict. */
export function dropping(lab: Lab, name: string, chain: "INPUT" | "OUTPUT", rule: string): Break {
  const iptables = (verb: string) => `iptables -w ${verb} ${chain} ${rule} -j DROP`;
  return byScript(lab, name, iptables("-I"), iptables("-D"));
}

/** The machine presents other host keys than those that are known of it. */
export function otherHostKey(lab: Lab, name: string): Break {
  const make = hostKeyTypes.map((type) => `ssh-keygen -q -t ${type} -N '' -f /etc/ssh/ssh_host_${type}_key`);
  return byScript(
    lab,
    name,
    `mkdir /run/host-key; mv /etc/ssh/ssh_host_*_key* /run/host-key
    ${make.join("; ")}; systemctl restart ssh`,
    `mv /run/host-key/* /etc/ssh; rmdir /run/host-key; systemctl restart ssh`,
  );
}

/** A command that a login finds before the real one. */
export function stub(lab: Lab, name: string, command: string, script: string): Break {
  const place = `/usr/local/bin/${command}`;
  const write = `cat >${place} <<'SCRIPT'\n#!/bin/sh\n${script}\nSCRIPT\nchmod 0755 ${place}`;
  return byScript(lab, name, write, `rm ${place}`);
}

/** A file of the kernel's that says something else, by a line of sed. */
export function doctored(lab: Lab, name: string, file: string, sed: string): Break {
  const copy = `/run/doctored${file.replaceAll("/", "-")}`;
  return byScript(
    lab,
    name,
    `sed '${sed}' ${file} >${copy}; mount --bind ${copy} ${file}`,
    `umount ${file}; rm ${copy}`,
  );
}

/** Somebody else listens on a TCP port. */
export function busy(lab: Lab, name: string, port: number): Break {
  const unit = `busy-${port}`;
  return byScript(
    lab,
    name,
    `systemd-run --quiet --unit ${unit} socat TCP-LISTEN:${port},fork PIPE
    until ss -Hltn 'sport = :${port}' | grep -q .; do sleep 0.1; done`,
    `systemctl stop ${unit}`,
  );
}

/** A disk that takes no more than so many writes a second; only where the kernel throttles by cgroup. */
export function slowDisk(lab: Lab, name: string, writes: number): Break {
  const limit = (count: number) => `device=$(findmnt -no MAJ:MIN -T /var/lib/rancher)
    if [ -e /sys/fs/cgroup/io.max ]; then echo "$device wiops=${count || "max"}" >/sys/fs/cgroup/io.max
    else echo "$device ${count}" >/sys/fs/cgroup/blkio/blkio.throttle.write_iops_device; fi`;
  return byScript(lab, name, limit(writes), limit(0));
}
