import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { parseToken } from "../k3s/token";

/** The SHA-256 of a CA, by its certificate as k3s serves it, a token in its full form, or itself. */
export function caHashOf(component: string, ca: string): string {
  if (/^[0-9a-f]{64}$/.test(ca)) return ca;
  if (ca.includes("-----BEGIN CERTIFICATE-----")) return createHash("sha256").update(ca).digest("hex");
  const { caHash } = parseToken(ca);
  if (caHash) return caHash;
  throw new pulumi.RunError(
    `HaProxyFrontend "${component}": ca names no CA: give the cluster's certificate, a token in full (K10…), or its SHA-256.`,
  );
}
