import { stringify } from "yaml";
import type { Registries } from "../manifest/schema";
import { ours } from "./ours";

/** The text of /etc/rancher/k3s/registries.yaml. */
export function registriesFile(registries: Registries): string {
  return `${ours}\n${stringify(registries, { version: "1.1" })}`;
}
