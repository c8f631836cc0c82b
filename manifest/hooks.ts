import { z } from "zod";
import { command } from "./kinds";

const commands = z.union([command, z.array(command)], {
  error: "the value is not a command: a line or lines for /bin/sh, or a list of them",
});

export const hooks = z
  .strictObject({
    before: commands.default([]).describe("Run on a machine before it becomes a node"),
    after: commands.default([]).describe("Run on a machine after it has become a node"),
  })
  .meta({
    id: "hooks",
    description:
      "Commands of yours, run by /bin/sh as the user who logs in: one, or a list. No secrets in them.",
  });
