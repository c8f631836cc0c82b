import { dnsName, hostAndPort, ipv4, ipv6 } from "./hosts";
import { shown } from "./shown";
import { printable, printableLines, text } from "./text";

/** The kinds of text a manifest is made of. Patterns bound the length first, so that no input is slow to refuse. */

export const clusterName = text({
  what: "a cluster name",
  allowed: 'lower-case letters, digits and "-", at most 40, such as dev',
  pattern: /^(?=.{1,40}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
});

export const nodeName = text({
  what: "a node name",
  allowed: 'lower-case letters, digits, "-" and ".", at most 63, such as s1',
  pattern: /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
});

export const poolName = text({
  what: "a pool name",
  allowed: 'lower-case letters, digits and "-", at most 40, such as web',
  pattern: /^(?=.{1,40}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
});

export const version = text({
  what: "an exact k3s version",
  allowed: "vX.Y.Z+k3sN, such as v1.33.3+k3s1",
  pattern: /^(?=.{1,64}$)v\d+\.\d+\.\d+\+k3s\d+$/,
  hint: versionHint,
});

export const ip = text({
  what: "an IP address",
  allowed: "such as 10.0.0.11 or fd00::11, without a prefix length or a port",
  pattern: new RegExp(`^(?:${ipv4}|${ipv6})$`),
});

export const host = text({
  what: "a host",
  allowed: "an IP address or a DNS name, such as 10.0.0.11 or s1.example.com",
  pattern: new RegExp(`^(?=.{1,253}$)(?:${ipv4}|${ipv6}|${dnsName})$`),
  hint: hostHint,
});

export const user = text({
  what: "a user name",
  allowed: 'letters, digits, "_", "." and "-", at most 32, such as root',
  pattern: /^(?=.{1,32}$)[a-zA-Z_][-a-zA-Z0-9_.]*\$?$/,
});

/** A path on this computer; what it is for decides the example. */
export function pathLike(example: string) {
  return text({
    what: "a path",
    allowed: `one line, such as ${example}`,
    pattern: new RegExp(`^${printable}{1,4096}$`, "u"),
  });
}

export const machinePath = text({
  what: "a path on the machine",
  allowed: "one line that begins with /, such as /etc/ssl/certs/registry.pem",
  pattern: new RegExp(`^/${printable}{1,4095}$`, "u"),
});

/** A password or a passphrase. */
export const password = text({
  what: "a password",
  allowed: "one line, at most 1024 characters",
  pattern: new RegExp(`^${printable}{1,1024}$`, "u"),
  secret: true,
});

export const hostKey = text({
  what: "a host key",
  allowed: 'a public key, such as "ssh-ed25519 AAAA…", or its fingerprint, "SHA256:…"',
  pattern:
    /^(?=.{1,8192}$)(SHA256:[A-Za-z0-9+/]{43}=?|(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) AAAA[A-Za-z0-9+/]{40,}={0,2}( \P{Cc}*)?)$/u,
  kept: withoutComment,
});

export const command = text({
  what: "a command",
  allowed: "a line or lines for /bin/sh, such as apt-get install -y open-iscsi",
  pattern: new RegExp(`^(?=\\s*\\S)${printableLines}{1,65536}$`, "u"),
  secret: true,
});

export const mirror = text({
  what: "the address of a mirror",
  allowed:
    "http:// or https://, a host and a path, without a password, such as https://mirror.example.com/k3s",
  pattern: new RegExp(`^(?=.{1,2048}$)https?://${hostAndPort}(?:/[-\\w.~%+/]*)?$`),
  kept: (address) => address.replace(/(?<!\/)\/+$/, ""),
});

function versionHint(value: string): string | undefined {
  if (/^(latest|stable|testing|v?\d+\.\d+)$/.test(value))
    return "it stands for another version every few weeks; write the exact one, such as v1.33.3+k3s1";
  const [, v, number, suffix] = /^(v?)(\d+\.\d+\.\d+)([-+]k3s\d+)?$/.exec(value) ?? [];
  if (number === undefined) return undefined;
  if (suffix === undefined)
    return `the k3s release is missing; write v${number}+k3s1, or the k3s release you mean`;
  const right = `v${number}+${suffix.slice(1)}`;
  return v === "" ? `the "v" is missing; write ${right}` : `write ${right}`;
}

function hostHint(value: string): string | undefined {
  if (/^[^@\s]{1,32}@\S+$/.test(value)) return "the user goes into ssh.user";
  if (/^[^:\s]+:\d+$/.test(value)) return "the port goes into ssh.port";
  if (/^[\d.]+$/.test(value)) return "an IPv4 address is four numbers from 0 to 255, such as 10.0.0.11";
  if (/^\[.*\]$/.test(value)) return `write an IPv6 address without brackets, ${shown(value.slice(1, -1))}`;
  return undefined;
}

/** A key copied from /etc/ssh ends with the name of whoever made it. */
function withoutComment(key: string): string {
  return key.split(" ").slice(0, 2).join(" ");
}
