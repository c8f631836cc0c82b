import { z } from "zod";
import { text } from "./text";

const turn = text({
  what: "a value to rotate by",
  allowed: "1 to 64 letters, digits, dots, dashes and underscores, such as a date",
  pattern: /^[A-Za-z0-9._-]{1,64}$/,
});

export const tokens = z
  .strictObject({
    rotate: turn
      .optional()
      .describe(
        "Another value than before has the cluster take other tokens: those that are made are made anew, those that are given have to be others",
      ),
  })
  .meta({ id: "tokens", description: "When the tokens change." });

export const certificates = z
  .strictObject({
    rotate: turn
      .optional()
      .describe(
        "Another value than before has every node make its certificates anew, servers one at a time; the CA stays",
      ),
  })
  .meta({
    id: "certificates",
    description:
      "When the certificates of nodes change, which k3s renews by itself whenever it starts in their last months.",
  });
