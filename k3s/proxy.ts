import type { ProxySettings } from "../manifest/schema";
import { ours } from "./ours";

/** What k3s reads its proxy from: an environment file of systemd, beside the unit. */
export function environmentFile({ http, https, noProxy }: ProxySettings): string {
  const variables = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: noProxy.join(",") };
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value ? [`${name}="${value.replace(/["\\`$]/g, "\\$&")}"`] : [],
  );
  return `${[ours, ...lines].join("\n")}\n`;
}
