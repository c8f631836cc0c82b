import type { Plugin } from "../kind";
import { packageVersion } from "../version";
import { remoteCommand } from "./remote";

export const command: Plugin = {
  name: "command",
  version: packageVersion("@pulumi/command"),
  kinds: { "command:remote:Command": remoteCommand },
};
