import type { Plugin } from "../kind";
import { packageVersion } from "../version";
import { id } from "./id";
import { password } from "./password";

export const random: Plugin = {
  name: "random",
  version: packageVersion("@pulumi/random"),
  kinds: {
    "random:index/randomPassword:RandomPassword": password,
    "random:index/randomId:RandomId": id,
  },
};
