/** A taint as the API has it. */
export interface KeptTaint {
  key: string;
  value?: string;
  effect: string;
}

/** As k3s and kubectl write it. */
export function taintText({ key, value, effect }: KeptTaint): string {
  return `${key}${value ? `=${value}` : ""}:${effect}`;
}

export function parsedTaint(text: string): KeptTaint {
  const [, key = "", value, effect = ""] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(text) ?? [];
  return { key, ...(value ? { value } : {}), effect };
}
